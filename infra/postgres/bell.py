"""Tells all servers and workers that something has been committed here."""

import asyncio
import logging
from typing import Any

import asyncpg

from infra.postgres.away import DATABASE_ERRORS

logger = logging.getLogger("serra.changes")

CHANNEL = "serra_changed"
_TOGETHER_SECONDS = 0.02
_RING = """
    select pg_notify($1, ''), (
        select pg_notify('ch_pgqueuer', json_build_object(
            'channel', 'ch_pgqueuer', 'type', 'table_changed_event',
            'operation', 'insert', 'table', 'pgqueuer', 'sent_at', now()
        )::text)
        where exists (select from pgqueuer where status = 'queued' and execute_after <= now())
    )
"""
"""Wakes whoever follows the log and, where a job is due, the workers: the words are those of PgQueuer's own trigger."""


class Bell:
    """Rings for many commits at once, outside of their transactions, so that none waits for another.

    A ring that is lost delays what it tells of, until the next or until listeners look by themselves.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._ringing: asyncio.Task[Any] | None = None
        self._again = False

    def ring(self) -> None:
        """Something has been committed."""
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._ring(), name="serra-bell")
        else:
            self._again = True

    async def aclose(self) -> None:
        """Ring for what was committed last."""
        if self._ringing is not None:
            await self._ringing

    async def _ring(self) -> None:
        self._again = True
        while self._again:
            await asyncio.sleep(_TOGETHER_SECONDS)
            self._again = False
            try:
                await self._pool.execute(_RING, CHANNEL)
            except DATABASE_ERRORS as error:
                logger.warning("What was committed could not be announced: %r", error)
