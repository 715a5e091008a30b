"""A world, written straight to the tables: a statement a table, and then what the product itself does of it."""

import json
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.cases.cases import release_case
from services.search.search import index_everything
from tests.worlds.look import Place
from tests.worlds.model import World
from tests.worlds.rows import Row, tables

_FOLLOW = "update artefact set current_number = 1, audience = artefact_audience(artefact) where id = any($1::uuid[])"


async def write(place: Place, world: World) -> None:
    """Write it, let the embargoes end that are over, and index all of it, each by the product's own code."""
    await write_unindexed(place, world)
    await index_everything(place.ports.search, lambda _: None)


async def write_unindexed(place: Place, world: World) -> None:
    """As `write`, for those who do not search."""
    owner = place.owner
    async with owner.transaction():
        for table, rows in tables(world).items():
            await insert(owner, table, rows)
        await owner.execute(_FOLLOW, [one.id for one in world.artefacts if one.is_stored])
    for case in world.cases:
        if case.versions[-1].embargo:
            await release_case(case.id)


async def insert(owner: "asyncpg.Connection[asyncpg.Record]", table: str, rows: Sequence[Row]) -> None:
    """Write rows to a table."""
    if rows:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        statement = (
            f'insert into "{table}" ({columns}) select {columns} from jsonb_populate_recordset(null::"{table}", $1)'
        )
        await owner.execute(statement, json.dumps(rows, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else str(value)
