"""Connections to PostgreSQL: a pool for Piccolo's writes and whatever else, and some for single statements."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresTransaction

from infra.postgres.away import DATABASE_ERRORS, opening
from infra.postgres.bell import Bell
from infra.postgres.changes import Changes
from infra.postgres.piccolo_conf import DB
from infra.postgres.roles import AS_READER, AS_SERVICE
from infra.postgres.single import SingleStatements
from services.transaction import use_database

_STATEMENTS_KEPT = 1024
"""Prepared statements that a connection remembers: plans are few, documents many."""
_SETTINGS = {"application_name": "serra", "TimeZone": "UTC", "jit": "off"}


class Database:
    """Reads are single statements on any of their connections; writes open transactions through Piccolo's pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", reads: SingleStatements) -> None:
        self.pool = pool
        self._reads = reads
        self.changes = Changes(_connection_of_its_own)

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """The one value that a compiled statement returns. When cancelled, the statement is cancelled too."""
        answer: str | None = await self._reads.fetch_value(statement, values)
        return answer

    async def healthy(self) -> bool:
        """Whether PostgreSQL answers within two seconds."""
        try:
            async with asyncio.timeout(2):
                return bool(await self.pool.fetchval("select true"))
        except DATABASE_ERRORS:
            return False


@asynccontextmanager
async def database(url: str, *, connections: int = 16, reads: int = 8, writes: int = 8) -> AsyncIterator[Database]:
    """Open the pool that Piccolo uses and the connections for single statements; close them at the end.

    The address is the service's: its role must be able to become the one that reads. Raises DatabaseAway.
    """
    DB.config = {"dsn": url}
    async with AsyncExitStack() as stack:  # each is closed, though another cannot be
        with opening(url):
            await DB.start_connection_pool(
                min_size=2,
                max_size=connections,
                reset=_nothing_to_reset,
                statement_cache_size=_STATEMENTS_KEPT,
                max_cached_statement_lifetime=0,
                server_settings={**_SETTINGS, **AS_SERVICE},
            )
        stack.push_async_callback(DB.close_connection_pool)
        if DB.pool is None:
            raise RuntimeError("Piccolo opened no pool.")
        writing = SingleStatements(url, writes, {**_SETTINGS, **AS_SERVICE}, _STATEMENTS_KEPT)
        stack.push_async_callback(writing.aclose)
        reading = SingleStatements(url, reads, {**_SETTINGS, **AS_READER}, _STATEMENTS_KEPT)
        stack.push_async_callback(reading.aclose)
        opened = Database(DB.pool, reading)
        stack.push_async_callback(opened.changes.aclose)
        bell = Bell(DB.pool)
        stack.push_async_callback(bell.aclose)
        use_database(writing.fetch_value, bell.ring)
        yield opened


async def _connection_of_its_own() -> "asyncpg.Connection[asyncpg.Record]":
    """A connection outside of the pool, for what stays on one."""
    settings = {"application_name": "serra-changes", "TimeZone": "UTC", **AS_SERVICE}
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
        DB.config["dsn"], timeout=5, server_settings=settings
    )
    return connection


async def _nothing_to_reset(_: Any) -> None:
    """Serra keeps no session state: what it sets, it sets for a transaction. So no round trip is spent on a RESET."""


def current_transaction() -> PostgresTransaction | None:
    """The transaction that is open in this context."""
    return DB.current_transaction.get()
