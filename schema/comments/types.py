"""Comments as GraphQL shows them."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.artefacts.types import Artefact
from schema.cases.types import Case
from schema.comments.lists import comments_by
from schema.compiler.declare import column, declare, declared, expression, one
from schema.compiler.sources import Inline, OneOf, Rule
from schema.organisations.types import Organisation, Person
from schema.practices.types import Practice
from schema.shared import Connection, Node
from schema.terms import LanguageCode
from schema.test_rounds.types import TestRound
from services.comments.tables import Comment as Row

_SHOWN = "{comment}.hidden_at is null"

CommentSubject = Annotated[
    Case | TestRound | Practice | Artefact,
    strawberry.union("CommentSubject", description="What a comment may speak of."),
]


@declare(None, Rule.PART)
@strawberry.type(description="A passage, so that it can be found again when the text around it has changed.")
class CommentAnchor:
    """A W3C TextQuoteSelector; columns of the comment that it is inline in."""

    quote: str = column(Row.anchor_quote, "The words of the passage.")
    prefix: str | None = column(Row.anchor_prefix, "The words just before it.")
    suffix: str | None = column(Row.anchor_suffix, "The words just after it.")


@declare(Row, Rule.AUDIENCE, wholes=(Row.case, Row.test_round, Row.practice, Row.artefact))
@strawberry.type(
    description="What somebody says of one version of a case, a round, a practice or an artefact."
    " Read by its audience, as far as they may read what it speaks of."
)
class Comment(Node):
    """A comment."""

    body: str = expression(
        f"case when {_SHOWN} then {{comment}}.body else '' end", "What it says; empty once it was deleted or hidden."
    )
    language: LanguageCode | None = column(Row.language, "The language it is in; null if its author did not say.")
    anchor: CommentAnchor | None = declared(
        Inline(f"{{comment}}.anchor_quote is not null and {_SHOWN}"),
        "The passage that it speaks of; null if it speaks of the whole.",
    )
    author: Person | None = one(
        Row.author, "Who said it; null once they were erased, and for those who may not read their name."
    )
    organisation: Organisation = one(Row.organisation, "The organisation in whose name it was said.")
    subject: CommentSubject | None = declared(
        OneOf(
            {
                "Case": '{target}.id = {comment}."case"',
                "TestRound": "{target}.id = {comment}.test_round",
                "Practice": "{target}.id = {comment}.practice",
                "Artefact": "{target}.id = {comment}.artefact",
            }
        ),
        "What it speaks of; null for a guest who may read a draft of it and nothing else.",
    )
    subject_version: int = column(
        Row.subject_version, "The version it speaks of, or the revision of the round; it stays there for good."
    )
    reply_to: "Comment | None" = one(Row.reply_to, "What it answers, if the viewer may read that.")
    replies: Connection["Comment"] = comments_by(Row.reply_to, "What answers it, the oldest first.")
    created_at: datetime = column(Row.created_at, "When it was made.")
    edited_at: datetime | None = column(Row.edited_at, "When its author last changed what it says.")
    resolved_at: datetime | None = column(Row.resolved_at, "When it was settled.")
    resolved_by: Person | None = one(
        Row.resolved_by, "Who settled it; null once they were erased, and for those who may not read their name."
    )
    deleted_at: datetime | None = column(Row.deleted_at, "When its author took it back.")
    hidden_at: datetime | None = column(Row.hidden_at, "When the subject's organisation hid it.")
    revision: int = column(Row.revision, "Rises with every change; give it back as `expectedVersion`.")
