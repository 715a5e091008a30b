"""Follow-ups on many things at once: those that copy the labels of something else, and all of them.

Each job indexes a batch and enqueues the next, so that none of them runs long, however many things there are.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services import log
from services.cases.tables import Case
from services.search.ports import SearchEngine
from services.search.search import BATCH, bring_up_to_date
from services.search.things import SEARCHABLE
from services.transaction import transaction

_OF_ORGANISATION: Final = {
    "Artefact": "select id from artefact where organisation = {}",
    "Case": 'select id from "case" where owner = {}',
    "Event": """
        select id from event where organisation = {} or host = {}
        union select event from event_participant where organisation = {}
    """,
    "Lab": "select id from lab where organisation = {}",
    "Network": "select network from network_member where organisation = {}",
    "Practice": "select id from practice where owner = {}",
    "TestRound": "select id from test_round where organisation = {}",
}
_OF_CONCEPT: Final = {
    "Case": """
        select v."case" from case_version v join case_concept filed on filed.version = v.id where filed.concept = {}
        union select v."case" from case_version v join method_use used on used.version = v.id where used.method = {}
    """,
    "Practice": """
        select v.practice from practice_version v join practice_concept filed on filed.version = v.id
        where filed.concept = {}
    """,
}
COPIES: Final[Mapping[str, Mapping[str, str]]] = {"Organisation": _OF_ORGANISATION, "Concept": _OF_CONCEPT}
"""Whose labels stand in which documents, by the types of both: a query for the ids, `{}` is the id of whose they are.

A test holds it against what the documents say.
"""


async def index_copies(engine: SearchEngine, job: Mapping[str, str]) -> None:
    """Index a batch of what copies the labels of the job's `type` and `id`, past `after`, and enqueue the next."""
    queries = COPIES[job["type"]]
    source = UUID(job["id"])
    things = {name: (query, [source] * query.count("{}")) for name, query in queries.items()}
    await _index_next(engine, "index_copies", job, things)


async def reindex(engine: SearchEngine, job: Mapping[str, str]) -> None:
    """Index a batch of everything, past `after`, and enqueue the next: a migration made the index anew."""
    tables = {name: noun.table._meta.tablename for name, noun in SEARCHABLE.items()}  # noqa: SLF001 - Piccolo's
    things: dict[str, tuple[str, list[UUID]]] = {
        name: (f'select id from "{table}"', [])  # noqa: S608 - our own names
        for name, table in tables.items()
    }
    await _index_next(engine, "reindex", job, things)


async def _index_next(
    engine: SearchEngine, name: str, job: Mapping[str, str], things: Mapping[str, tuple[str, list[UUID]]]
) -> None:
    """Index the next things, which are of one type, in the order of the types and ids; `after` was the last."""
    last_type, _, last_id = job.get("after", "").partition(" ")
    for type_name in sorted(one for one in things if one >= last_type):
        query, values = things[type_name]
        ids = await _ids(query, values, UUID(last_id) if type_name == last_type else UUID(int=0))
        for row_id in ids:
            await bring_up_to_date(engine, type_name, row_id)
        if ids:
            async with transaction():
                source = {key: job[key] for key in ("type", "id") if key in job}
                await log.enqueue(name, at=None, after=f"{type_name} {ids[-1]}", **source)
            return


async def _ids(query: str, values: list[UUID], after: UUID) -> list[UUID]:
    rows = await Case.raw(
        f"select id from ({query}) found(id) where id > {{}} order by id limit {{}}",  # noqa: S608 - our own queries
        *values,
        after,
        BATCH,
    )
    return [row["id"] for row in rows]
