"""What writes have enqueued, done before a test goes on."""

import asyncio

from infra.postgres.database import Database
from infra.worker import working
from services.ports import Ports

_DUE = "select exists (select from pgqueuer where status in ('queued', 'picked') and execute_after <= now())"


async def drain(database: Database, ports: Ports) -> None:
    """Run every job that is due, and those that follow from them, then return; what is due later stays."""
    async with working(database, ports) as task:
        while await database.pool.fetchval(_DUE):
            assert not task.done(), "The worker ended before its work was done; the log says why."
            await asyncio.sleep(0.01)
