"""What can be searched, and how each of it becomes a document. A line per noun."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from piccolo.table import Table

from services.cases.document import document as case_document
from services.cases.tables import Case
from services.search.ports import SearchDocument

Things = Sequence[tuple[str, UUID]]

SEARCHABLE: dict[str, tuple[type[Table], Callable[[UUID], Awaitable[SearchDocument | None]]]] = {
    "Case": (Case, case_document),
}


async def readable_things(things: Things, keyring: Sequence[str]) -> set[tuple[str, UUID]]:
    """Those of the things that a keyring may read now: what the index says is never the last word. One statement."""
    if not things:
        return set()
    choices = " ".join(f"when '{name}' then exists ({_exists(table)})" for name, (table, _) in SEARCHABLE.items())
    rows = await Case.raw(
        "select found.type, found.id from unnest({}::text[], {}::uuid[]) found(type, id)"  # noqa: S608 - our own names
        f" cross join (select {{}}::text[] as keys) viewer where case found.type {choices} end",
        [name for name, _ in things],
        [row_id for _, row_id in things],
        list(keyring),
    )
    return {(row["type"], row["id"]) for row in rows}


def _exists(table: type[Table]) -> str:
    shareable = any(column._meta.name == "audience" for column in table._meta.columns)  # noqa: SLF001 - reflection
    rule = " and thing.audience && viewer.keys" if shareable else ""
    return f'select from "{table._meta.tablename}" thing where thing.id = found.id{rule}'  # noqa: S608, SLF001
