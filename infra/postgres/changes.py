"""What changes, as the log tells it: one listening connection for each process, made anew when it breaks.

The log is the source. Whoever commits rings a bell (`infra/postgres/bell.py`); who listens then reads the lines of all
transactions that were not committed when it read last, and looks by itself now and then, should a ring be lost.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

from infra.postgres.away import DATABASE_ERRORS
from infra.postgres.bell import CHANNEL
from services.organisations.sign_ins import CHANGES_NOTHING

logger = logging.getLogger("serra.changes")

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0
_LOOKS_EVERY_SECONDS = 1.0
_ANSWERS_WITHIN_SECONDS = 15.0
_READ_AT_MOST = 10_000
_SNAPSHOT = "select pg_current_snapshot()::text"
_NEW = """
    select pg_current_snapshot()::text as snapshot, array(
        select announced(entry) from "log" entry
        where entry.transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
            and not pg_visible_in_snapshot(entry.transaction, $1::text::pg_snapshot)
            and entry.action <> all($3::text[])
        order by entry.id limit $2
    ) as lines
"""
"""What was committed since an earlier reading, however long it took, but actions after which all read what they did."""


class Change(msgspec.Struct, array_like=True, frozen=True):
    """A line of the log. `about` is what a new comment speaks of, and `readers` the comment's audience."""

    number: int
    type: str
    row: UUID
    action: str
    person: UUID | None = None
    about: UUID | None = None
    readers: tuple[str, ...] | None = None


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
    """Tells what is committed in the database, by any server.

    `_snapshot` is PostgreSQL's word for what was committed when the log was last read: all of it is told. `_waiting`
    are those who wait for a reading that begins after they came.
    """

    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
    _listeners: list[Listener] = field(default_factory=list)
    _waiting: "list[asyncio.Future[None]]" = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _snapshot: str | None = None
    _task: "asyncio.Task[None] | None" = None

    def tell(self, listener: Listener) -> None:
        """Tell one more of everything that happens."""
        self._listeners.append(listener)

    async def ready(self) -> None:
        """Wait until everything that was committed before now is told; what is committed from now on will be."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen_always(), name="serra-changes")
        read = asyncio.get_running_loop().create_future()
        self._waiting.append(read)
        self._woken.set()
        await read

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
            started = asyncio.get_running_loop().time()
            try:
                await self._listen()
            except DATABASE_ERRORS as error:
                logger.warning("Changes are not heard: %s. Trying again in %.1f s.", repr(error), wait)
            except Exception:
                # Whatever it is, nobody would hear of changes again if this ended here.
                logger.exception("Changes are not heard. Trying again in %.1f s.", wait)
            if asyncio.get_running_loop().time() - started > _LONGEST_WAIT:
                wait = _FIRST_WAIT
            # Not all servers at once when PostgreSQL is back.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _listen(self) -> None:
        """Until the connection breaks."""
        connection = await self.connect()
        try:
            connection.add_termination_listener(self._wake)
            await connection.add_listener(CHANNEL, self._wake)
            self._snapshot = self._snapshot or await connection.fetchval(_SNAPSHOT)
            while not connection.is_closed():
                self._woken.clear()
                await self._read(connection)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOKS_EVERY_SECONDS):
                        await self._woken.wait()
        finally:
            connection.terminate()

    def _wake(self, *_: Any) -> None:
        self._woken.set()

    async def _read(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        waiting = len(self._waiting)
        (found,) = await connection.fetch(
            _NEW, self._snapshot, _READ_AT_MOST, CHANGES_NOTHING, timeout=_ANSWERS_WITHIN_SECONDS
        )
        changes = [_decode(line) for line in found["lines"]]
        self._snapshot = found["snapshot"]
        for listener in self._listeners:
            if len(changes) == _READ_AT_MOST:
                listener.miss()
                continue
            for change in changes:
                listener.hear(change)
        for one in self._waiting[:waiting]:
            if not one.done():
                one.set_result(None)
        del self._waiting[:waiting]
