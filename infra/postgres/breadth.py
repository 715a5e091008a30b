"""Who may read so little of the cases that a list is better found by their keys than walked along. See decision 019."""

import asyncio
import time

import asyncpg

from infra.postgres.away import DATABASE_ERRORS
from services.recent import Recent

REMEMBERED_SECONDS = 60.0
"""How long it is believed. What changes meanwhile makes a list slower, and never another."""
PATIENCE_SECONDS = 0.05
"""How long a request waits to know: far longer than it takes, unless something stands in the way."""
_TIMEOUT_SECONDS = 2.0
_REMEMBERED_AT_MOST = 10_000
LITTLE = """
    select coalesce(bool_or(readable < 50), false) from (
        select count(*) as seen, count(*) filter (where audience && $1) as readable
        from (select audience from "case" order by listed_at desc, id desc limit 1000) newest
        union all
        select count(*), count(*) filter (where audience && $1)
        from (select audience from "case" order by listed_at, id limit 1000) oldest
    ) ends where seen = 1000
"""
"""Whether a thousand cases at either end of the list hold less than a page of 50. Walking past fewer costs nothing."""


class Breadth:
    """Remembers for each keyring whether it opens little; asks PostgreSQL when it is not known."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._known: Recent[tuple[str, ...], tuple[float, bool]] = Recent(_REMEMBERED_AT_MOST)
        self._asking: dict[tuple[str, ...], asyncio.Task[bool]] = {}

    async def reads_little(self, keyring: tuple[str, ...]) -> bool:
        """Whether whoever holds these keys may read few of the cases at either end of their list; no, until known."""
        until, little = self._known.get(keyring, (0.0, False))
        if until > time.monotonic():
            return little
        asking = self._asking.get(keyring)
        if asking is None:
            asking = self._asking[keyring] = asyncio.create_task(self._ask(keyring))
            asking.add_done_callback(lambda _: self._asking.pop(keyring))
        await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        return asking.done() and asking.result()

    async def _ask(self, keyring: tuple[str, ...]) -> bool:
        try:
            found: bool = await self._pool.fetchval(LITTLE, list(keyring), timeout=_TIMEOUT_SECONDS)
        except DATABASE_ERRORS:
            return False  # the request itself says what is wrong with PostgreSQL, if it needs it
        self._known[keyring] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found
