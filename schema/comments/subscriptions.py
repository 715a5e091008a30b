"""Subscriptions to comments."""

import strawberry

from schema.comments.types import Comment
from schema.compiler.declare import followed
from schema.compiler.follow import Happening
from services.subjects import KINDS


@strawberry.type
class CommentSubscriptions:
    """The part of Subscription that is about comments."""

    comment_added: Comment = followed(
        Happening.COMMENTED,
        "subject",
        tuple(KINDS),
        "Each new comment on a thing, a reply too, that the viewer may read.",
        "The global id of a case, a round, a practice or an artefact.",
    )
