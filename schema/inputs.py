"""Inputs that several nouns share."""

from datetime import date

import strawberry

EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."
"""What `expectedVersion` and `idempotencyKey` mean, wherever they stand."""


@strawberry.input(
    description="Who may read a thing. Nobody named: only its owner's organisation. Whoever was let into a case reads"
    " that case whatever its audience is."
)
class AudienceInput:
    """An Audience."""

    public: bool = strawberry.field(default=False, description="Everyone, signed in or not.")
    networks: list[str] = strawberry.field(
        default_factory=list,
        description="Slugs of networks: those of the organisation for which you share, and for a part, such as a round"
        " or a comment, also those that its whole is shared with.",
    )
    organisations: list[str] = strawberry.field(default_factory=list, description="Slugs of organisations.")
    admitted: bool = strawberry.field(
        default=False,
        description="Those who were let into the case that it belongs to, while they are: of a round, a file, a comment"
        " or an adoption. Of a case itself they always may.",
    )


@strawberry.input(description="The document that something was written from.")
class SourceDocumentInput:
    """A SourceDocument."""

    title: str = strawberry.field(description="Its title.")
    publisher: str | None = strawberry.field(default=None, description="Who published it.")
    published_on: date | None = strawberry.field(default=None, description="When; leave out if it is not dated.")
    url: str | None = strawberry.field(default=None, description="Where it can be read.")
