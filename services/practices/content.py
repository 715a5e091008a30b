"""What an author says in a version of a practice: the shapes of the mutations' input."""

from dataclasses import dataclass
from uuid import UUID

from services.reading import Text


@dataclass(frozen=True, slots=True)
class PracticeSource:
    """What a practice was distilled from: exactly one of `case` (a slug) and `test_round` (an id).

    `test_round` is the nil UUID, which no row has, for what is not the id of a round.
    """

    case: str | None = None
    test_round: UUID | None = None


@dataclass(frozen=True, slots=True)
class PracticeContent:
    """Everything that a version says. `topics` are notations of concepts."""

    title: Text
    summary: Text | None = None
    fits_when: Text | None = None
    does_not_fit_when: Text | None = None
    steps: tuple[Text, ...] = ()
    resources: tuple[Text, ...] = ()
    topics: tuple[str, ...] = ()
    sources: tuple[PracticeSource, ...] = ()
