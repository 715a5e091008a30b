"""What an author says in a version of a practice, as GraphQL input; the shapes of services.practices.content."""

from uuid import UUID

import strawberry

from schema.compiler import ids
from schema.shared import LocalisedTextInput

_NO_ROUND = UUID(int=0)
"""Stands for an id that is no round's, so that it is refused like any other that is not there."""


@strawberry.input(description="A case or a test round that a practice was distilled from; exactly one of the two.")
class PracticeSourceInput:
    """See services.practices.content.PracticeSource."""

    case: str | None = strawberry.field(default=None, description="The case's slug.")
    test_round_id: strawberry.ID | None = strawberry.field(
        default=None, name="testRound", description="The test round's global id."
    )

    @property
    def test_round(self) -> UUID | None:
        """The round's row."""
        return None if self.test_round_id is None else ids.read(self.test_round_id, "TestRound") or _NO_ROUND


@strawberry.input(description="Everything that a version of a practice says.")
class PracticeContentInput:
    """See services.practices.content.PracticeContent."""

    title: list[LocalisedTextInput] = strawberry.field(description="The title, at most 200 characters.")
    summary: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What it is about, in at most 500 characters. Needed for publication."
    )
    fits_when: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="When it fits. Needed for publication."
    )
    does_not_fit_when: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="When it does not fit. Needed for publication."
    )
    steps: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="What to do, in order. At least one is needed for publication."
    )
    resources: list[list[LocalisedTextInput]] = strawberry.field(default_factory=list, description="What it takes.")
    topics: list[str] = strawberry.field(
        default_factory=list, description="Notations of concepts of the schemes `topic` and `eurovoc`."
    )
    sources: list[PracticeSourceInput] = strawberry.field(
        default_factory=list,
        description="What it was distilled from. At least one that its owner may read is needed for publication.",
    )
