"""What changes, as PostgreSQL announces it: one listening connection for each process, made anew when it breaks.

The log is the source: its lines are announced when they are committed, and those that were announced while nobody
here listened are read from it afterwards.
"""

import asyncio
import contextlib
import logging
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

logger = logging.getLogger("serra.changes")

CHANNEL = "serra_changed"
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0
_PROOF_OF_LIFE_SECONDS = 15.0
_OVERLAP = 1_000
"""Numbers of the log are given before they are committed, so a later one may be announced first."""
_READ_AT_MOST = 10_000
_MISSED = 'select announced(entry) as line from "log" entry where entry.id > $1 order by entry.id limit $2'
_RECENT = 'select id from "log" order by id desc limit $1'


class Change(msgspec.Struct, array_like=True, frozen=True):
    """A line of the log. `about` is what a new comment speaks of."""

    number: int
    type: str
    row: UUID
    action: str
    person: UUID | None = None
    about: UUID | None = None


_decode = msgspec.json.Decoder(Change).decode


class Listener(Protocol):
    """Who is told."""

    def hear(self, change: Change) -> None:
        """Something changed."""

    def miss(self) -> None:
        """More has changed than can be told."""

    async def end(self) -> None:
        """Nothing will be told any more. Returns when whoever depends on that knows it."""


@dataclass(slots=True, eq=False)
class Changes:
    """Announces what is committed in the database, by any server, from the first `ready` on."""

    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
    _listeners: list[Listener]
    _listens: asyncio.Event
    _known: "OrderedDict[int, None]"
    _task: "asyncio.Task[None] | None" = None

    def __init__(self, connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]) -> None:
        self.connect = connect
        self._listeners, self._listens, self._known, self._task = [], asyncio.Event(), OrderedDict(), None

    def tell(self, listener: Listener) -> None:
        """Tell one more of everything that happens."""
        self._listeners.append(listener)

    async def ready(self) -> None:
        """Wait until everything that is committed from now on will be told."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen_always(), name="serra-changes")
        await self._listens.wait()

    async def aclose(self) -> None:
        """Stop."""
        await asyncio.gather(*(listener.end() for listener in self._listeners))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _listen_always(self) -> None:
        wait = _FIRST_WAIT
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("Changes are not heard: %s. Trying again in %.1f s.", repr(error), wait)
            if self._listens.is_set():
                wait = _FIRST_WAIT
            self._listens.clear()
            # Not all servers at once when PostgreSQL is back.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _listen(self) -> None:
        """Until the connection breaks."""
        connection = await self.connect()
        try:
            broken = asyncio.Event()
            connection.add_termination_listener(lambda _: broken.set())
            await connection.add_listener(CHANNEL, self._notified)
            await self._catch_up(connection)
            self._listens.set()
            while not broken.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), _PROOF_OF_LIFE_SECONDS)
                    return
                await connection.execute("select", timeout=_PROOF_OF_LIFE_SECONDS)
        finally:
            connection.terminate()

    async def _catch_up(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if not self._known:
            for row in reversed(await connection.fetch(_RECENT, _OVERLAP)):
                self._remember(row["id"])
            self._known.setdefault(0)  # so that an empty log was read, too
            return
        missed = await connection.fetch(_MISSED, max(self._known) - _OVERLAP, _READ_AT_MOST)
        for row in missed:
            self._notified(connection, 0, CHANNEL, row["line"])
        if len(missed) == _READ_AT_MOST:
            self._known.clear()
            self._known[await connection.fetchval('select max(id) from "log"')] = None
            for listener in self._listeners:
                listener.miss()

    def _notified(self, _: Any, __: int, ___: str, line: object) -> None:
        change = _decode(str(line))
        if change.number not in self._known:
            self._remember(change.number)
            for listener in self._listeners:
                listener.hear(change)

    def _remember(self, number: int) -> None:
        self._known[number] = None
        if len(self._known) > 2 * _OVERLAP:
            self._known.popitem(last=False)
