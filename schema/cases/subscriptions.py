"""Subscriptions to cases."""

import strawberry

from schema.cases.types import Case
from schema.compiler.declare import followed
from schema.compiler.follow import Happening


@strawberry.type
class CaseSubscriptions:
    """The part of Subscription that is about cases."""

    case_changed: Case = followed(
        Happening.CHANGED,
        "id",
        ("Case",),
        "The case, each time that something changed of what the viewer may read of it: for whoever may read its"
        " drafts, each change of its text, its state or its readers; for others, what has reached them. Changes that"
        " follow each other closely may come as one.",
        "The case's global id.",
    )
