"""What a file can belong to: a case, a test round, a practice or an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from piccolo.table import Table

from services.access import access_for_change, readable, unknown
from services.artefacts.tables import Artefact
from services.cases.tables import Case, CaseVersion
from services.events.tables import Event
from services.practices.tables import Practice, PracticeVersion
from services.test_rounds.tables import TestRound
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of whole: its table, the column by which others point at it, and its column of who answers for it."""

    table: type[Table]
    words: str
    column: str
    organisation: str
    versions: type[Table] | None = None


KINDS: Final[Mapping[str, Kind]] = {
    "Case": Kind(Case, "case", "case", "owner", CaseVersion),
    "TestRound": Kind(TestRound, "test round", "test_round", "organisation"),
    "Practice": Kind(Practice, "practice", "practice", "owner", PracticeVersion),
    "Event": Kind(Event, "event", "event", "organisation"),
}
"""By GraphQL type."""

Thing = tuple[str, UUID]
"""A GraphQL type, one of KINDS or Artefact, and an id."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole as its file needs to know it. `readers_to_come` includes those that publishing will give it.

    `case` is the one that it is, or belongs to, and `case_owner` whose a round's is.
    """

    column: str
    id: UUID
    organisation: UUID
    readers_to_come: frozenset[str]
    case: UUID | None
    case_owner: UUID | None


async def lock_whole(viewer: Viewer, thing: Thing | None, field: str) -> Whole:
    """The whole, which nobody else can change or share before the caller's transaction ends.

    Raises DomainError NOT_FOUND, with the field at fault, also for a round whose case the viewer may not read.
    """
    if thing is None:
        raise unknown("case, test round, practice or event", field)
    kind = KINDS[thing[0]]
    of_round = await _share_lock_case(viewer, thing[1], field) if kind.table is TestRound else None
    row: Any = await access_for_change(kind.table, viewer, thing[1], kind.words, field)
    return Whole(
        column=kind.column,
        id=row.id,
        organisation=getattr(row, kind.organisation),
        readers_to_come=frozenset(row.audience) | await _release_audience(kind, row.id),
        case=row.id if kind.table is Case else getattr(row, "case", None),
        case_owner=of_round.owner if of_round else None,
    )


def whole_of(artefact: Artefact) -> Thing:
    """What a file belongs to."""
    return next((name, found) for name, kind in KINDS.items() if (found := getattr(artefact, kind.column)) is not None)


async def _release_audience(kind: Kind, row_id: UUID) -> frozenset[str]:
    if kind.versions is None:
        return frozenset()
    versions: Any = kind.versions
    latest = (
        await versions.select(versions.release_audience)
        .where(getattr(versions, kind.column) == row_id)
        .order_by(versions.number, ascending=False)
        .first()
    )
    return frozenset(latest["release_audience"]) if latest else frozenset()


async def _share_lock_case(viewer: Viewer, round_id: UUID, field: str) -> Case:
    """Lock a round's case before the round itself, in the order in which a change of readers goes down."""
    of_round = await TestRound.select(TestRound.case).where(TestRound.id == round_id).first()
    case = await Case.objects().where(Case.id == of_round["case"]).lock_rows("SHARE").first() if of_round else None
    if case is None or not readable(case.audience, viewer.keyring):
        raise unknown("test round", field)
    return case
