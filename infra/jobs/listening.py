"""PgQueuer's way to PostgreSQL, which goes on listening when its connection was lost."""

import asyncio
import logging
import random
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import TableChangedEvent
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.types import Channel

from infra.postgres.away import DATABASE_ERRORS

logger = logging.getLogger("serra.worker")

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0


class ListeningPool(AsyncpgPoolDriver):
    """Statements over a pool, and one of its connections that listens: another one whenever that is lost.

    PgQueuer's own driver listens once. A worker that outlives its connection hears of no job any more, and finds what
    is due only when it looks by itself.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        super().__init__(pool)
        self._told: list[tuple[str, NotifyCallback]] = []
        self._listening_again: asyncio.Task[None] | None = None

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Tell of what is announced on a channel, from now on."""
        await super().add_listener(channel, callback)
        self._told.append((channel, callback))
        self._watch()

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Tell no more."""
        self._told.remove((channel, callback))
        await super().remove_listener(channel, callback)

    async def __aexit__(self, *reason: object) -> None:
        if self._entered == 1:  # the last of those who share it leaves
            if self._listening_again is not None:
                self._listening_again.cancel()
                await asyncio.gather(self._listening_again, return_exceptions=True)
            if self._listener_connection is not None:
                with suppress(asyncpg.InterfaceError):  # it was lost this moment
                    self._listener_connection.remove_termination_listener(self._lost)
        await super().__aexit__(*reason)

    def _watch(self) -> None:
        """Hear of the end of the connection that listens. Raises InterfaceError where it has ended already."""
        if self._listener_connection is not None:
            self._listener_connection.add_termination_listener(self._lost)

    def _lost(self, _: object) -> None:
        self._listener_connection = None
        if self._entered:
            logger.warning("The connection that hears of new jobs was lost. Listening on another one.")
            self._listening_again = asyncio.create_task(self._listen_again(), name="serra-listen-again")

    async def _listen_again(self) -> None:
        wait = _FIRST_WAIT
        while True:
            # Not all workers at once when PostgreSQL is back.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing
            wait = min(wait * 2, _LONGEST_WAIT)
            try:
                for channel, callback in self._told:
                    await super().add_listener(channel, callback)
                self._watch()
                break
            except DATABASE_ERRORS as error:
                logger.warning("New jobs are not heard of: %r. Trying again in about %.1f s.", error, wait)
                self._let_go()
        for channel, callback in self._told:
            callback(_changed(channel))  # whatever was announced meanwhile

    def _let_go(self) -> None:
        """Give up a connection that may listen by half: the pool opens another in its place."""
        connection, self._listener_connection = self._listener_connection, None
        if connection is not None:
            with suppress(asyncpg.InterfaceError):  # it has ended, and is the pool's again
                connection.terminate()


def _changed(channel: str) -> str:
    """What PgQueuer's trigger would announce of a new job."""
    event = TableChangedEvent(
        channel=Channel(channel),
        type="table_changed_event",
        operation="insert",
        sent_at=datetime.now(UTC),
        table="pgqueuer",
    )
    return event.model_dump_json()
