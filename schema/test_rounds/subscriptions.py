"""Subscriptions to test rounds."""

import strawberry

from schema.compiler.declare import followed
from schema.compiler.follow import Happening
from schema.test_rounds.types import TestRound


@strawberry.type
class TestRoundSubscriptions:
    """The part of Subscription that is about test rounds."""

    test_round_changed: TestRound = followed(
        Happening.CHANGED,
        "id",
        ("TestRound",),
        "The round, each time that its plan, its state, its readers or what it recorded changed, as far as the viewer"
        " may read that. Changes that follow each other closely may come as one.",
        "The round's global id.",
    )
