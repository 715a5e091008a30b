"""Lines of the log, and what somebody with the powers of the database's owner may do to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from infra.embedded import EmbeddedServers
from services.ids import new_id
from services.log import record
from services.transaction import transaction
from services.viewer import Viewer


async def write_lines(count: int, organisation: UUID | None = None, action: str = "do") -> None:
    """Append lines, each in a transaction of its own."""
    for place in range(count):
        async with transaction():
            await record(Viewer(), action, "Lab", new_id(), organisation=organisation, detail={"place": place})


@asynccontextmanager
async def forging(servers: EmbeddedServers) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """The owner of the database, while it has done away with what keeps the log and its seals from being changed."""
    owner: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(servers.database_url)
    try:
        for table in ("log", "log_seal"):
            await owner.execute(f"alter table {table} disable trigger {table}_is_append_only")
        yield owner
    finally:
        for table in ("log", "log_seal"):
            await owner.execute(f"alter table {table} enable trigger {table}_is_append_only")
        await owner.close()
