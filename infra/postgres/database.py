"""Connections to PostgreSQL: one pool, shared by Piccolo's writes and the compiled reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresTransaction

from infra.postgres.piccolo_conf import DB

_STATEMENTS_KEPT = 1024
"""Prepared statements that a connection remembers: plans are few, documents many."""


class Database:
    """The pool. Reads are single statements on any connection; writes open transactions through Piccolo."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """The one value that a compiled statement returns. When cancelled, the statement is cancelled too."""
        async with self.pool.acquire() as connection:
            answer: str | None = await connection.fetchval(statement, *values)
            return answer

    async def healthy(self) -> bool:
        """Whether PostgreSQL answers within two seconds."""
        try:
            async with asyncio.timeout(2):
                return bool(await self.pool.fetchval("select true"))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False


@asynccontextmanager
async def database(url: str, *, connections: int = 16) -> AsyncIterator[Database]:
    """Open the pool that Piccolo and the compiler use; close it at the end."""
    DB.config = {"dsn": url}
    await DB.start_connection_pool(
        min_size=2,
        max_size=connections,
        reset=_nothing_to_reset,
        statement_cache_size=_STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
        server_settings={"application_name": "serra", "TimeZone": "UTC", "jit": "off"},
    )
    if DB.pool is None:
        raise RuntimeError("Piccolo opened no pool.")
    try:
        yield Database(DB.pool)
    finally:
        await DB.close_connection_pool()


async def _nothing_to_reset(_: Any) -> None:
    """Serra keeps no session state: what it sets, it sets for a transaction. So no round trip is spent on a RESET."""


def current_transaction() -> PostgresTransaction | None:
    """The transaction that is open in this context."""
    return DB.current_transaction.get()
