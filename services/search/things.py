"""What can be searched, and how each of it becomes a document. A line per noun."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.columns import Column, ForeignKey
from piccolo.table import Table

from services.artefacts.artefacts import files_of
from services.artefacts.document import document as artefact_document
from services.artefacts.tables import Artefact
from services.cases.document import document as case_document
from services.cases.tables import Case
from services.events.document import document as event_document
from services.events.tables import Event
from services.organisations.document import lab_document, network_document, organisation_document
from services.organisations.tables import Lab, Network, Organisation
from services.practices.document import document as practice_document
from services.practices.tables import Practice
from services.search.ports import SearchDocument
from services.test_rounds.document import document as round_document
from services.test_rounds.tables import TestRound

Things = Sequence[tuple[str, UUID]]


@dataclass(frozen=True, slots=True)
class Searchable:
    """Where a noun's rows are, how one becomes a document, and the whole that must be readable too, if it has one."""

    table: type[Table]
    document: Callable[[UUID], Awaitable[SearchDocument | None]]
    whole: ForeignKey[Any] | None = None

    @property
    def key(self) -> Column:
        """The primary key."""
        return self.table._meta.primary_key  # noqa: SLF001 - Piccolo's reflection


SEARCHABLE: dict[str, Searchable] = {
    "Artefact": Searchable(Artefact, artefact_document),
    "Case": Searchable(Case, case_document),
    "Event": Searchable(Event, event_document),
    "Lab": Searchable(Lab, lab_document),
    "Network": Searchable(Network, network_document),
    "Organisation": Searchable(Organisation, organisation_document),
    "Practice": Searchable(Practice, practice_document),
    "TestRound": Searchable(TestRound, round_document, whole=TestRound.case),
}


async def parts_of(type_name: str, row_id: UUID) -> list[tuple[str, list[UUID]]]:
    """What is read together with a thing, by type: when its readers change, theirs do."""
    table = SEARCHABLE[type_name].table
    found = [("Artefact", await files_of(type_name, row_id))]
    for name, noun in SEARCHABLE.items():
        if noun.whole is not None and noun.whole._foreign_key_meta.resolved_references is table:  # noqa: SLF001
            rows = await noun.table.select(noun.key).where(noun.whole == row_id)
            found.append((name, [row["id"] for row in rows]))
    return found


async def readable_things(things: Things, keyring: Sequence[str]) -> set[tuple[str, UUID]]:
    """Those of the things that a keyring may read now: what the index says is never the last word. One statement."""
    if not things:
        return set()
    choices = " ".join(f"when '{name}' then exists ({_exists(noun)})" for name, noun in SEARCHABLE.items())
    rows = await Case.raw(
        "select found.type, found.id from unnest({}::text[], {}::uuid[]) found(type, id)"  # noqa: S608 - our own names
        f" cross join (select {{}}::text[] as keys) viewer where case found.type {choices} end",
        [name for name, _ in things],
        [row_id for _, row_id in things],
        list(keyring),
    )
    return {(row["type"], row["id"]) for row in rows}


def _exists(noun: Searchable) -> str:
    name = noun.table._meta.tablename  # noqa: SLF001 - Piccolo's reflection
    shareable = any(column._meta.name == "audience" for column in noun.table._meta.columns)  # noqa: SLF001
    conditions = ["thing.id = found.id", *(["thing.audience && viewer.keys"] if shareable else [])]
    if noun.whole is not None:
        key = noun.whole._meta.db_column_name  # noqa: SLF001
        whole = noun.whole._foreign_key_meta.resolved_references._meta.tablename  # noqa: SLF001
        readable = f'select from "{whole}" whole where whole.id = thing."{key}" and whole.audience && viewer.keys'
        conditions.append(f"exists ({readable})")
    return f'select from "{name}" thing where {" and ".join(conditions)}'
