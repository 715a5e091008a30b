"""Connections for statements that are a transaction by themselves: fewer steps for each than a general pool takes."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import asyncpg

_GENERIC = {"plan_cache_mode": "force_generic_plan"}
"""Their plans need not depend on their values. Left to itself PostgreSQL believes that they might, because of
`limit $n`, and plans lists anew for every request: two fifths of a list's time."""


class SingleStatements:
    """Up to `most` connections, opened when they are first needed and kept. What is taken last is given out first."""

    def __init__(self, url: str, most: int, settings: Mapping[str, str], statements_kept: int) -> None:
        self._url, self._most = url, most
        self._settings = {**settings, **_GENERIC}
        self._statements_kept = statements_kept
        self._open: set[asyncpg.Connection[asyncpg.Record]] = set()
        self._opening = 0
        self._free: list[asyncpg.Connection[asyncpg.Record]] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def fetch_value(self, statement: str, values: list[Any]) -> Any:
        """The one value that a statement returns. When cancelled, the statement is cancelled too."""
        connection = self._free.pop() if self._free else await self._another()
        try:
            found = await connection.fetchval(statement, *values)
        except asyncio.CancelledError:
            self._discard(connection)
            raise
        except BaseException:
            self._give_back(connection)
            raise
        self._give_back(connection)
        return found

    def _discard(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Close a connection whose statement was cut off: closing waits until PostgreSQL has heard of it."""
        self._open.discard(connection)
        closing = asyncio.create_task(connection.close(timeout=5))
        self._closing.add(closing)
        closing.add_done_callback(self._closed)

    def _closed(self, closing: "asyncio.Task[None]") -> None:
        self._closing.discard(closing)
        if not closing.cancelled():
            closing.exception()  # a connection that cannot even be closed is gone all the same
        self._call_next()

    async def aclose(self) -> None:
        """Close all of them."""
        await asyncio.gather(*self._closing, return_exceptions=True)
        await asyncio.gather(*(connection.close(timeout=5) for connection in self._open), return_exceptions=True)

    async def _another(self) -> "asyncpg.Connection[asyncpg.Record]":
        while not self._free:
            if len(self._open) + len(self._closing) + self._opening < self._most:
                return await self._opened()
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._call_next()
                raise
        return self._free.pop()

    async def _opened(self) -> "asyncpg.Connection[asyncpg.Record]":
        self._opening += 1
        try:
            connection = await asyncpg.connect(
                self._url,
                statement_cache_size=self._statements_kept,
                max_cached_statement_lifetime=0,
                server_settings=self._settings,
            )
        except BaseException:
            self._call_next()
            raise
        finally:
            self._opening -= 1
        self._open.add(connection)
        connection.add_termination_listener(self._forget)
        return connection

    def _give_back(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if connection.is_closed():
            self._open.discard(connection)
        else:
            self._free.append(connection)
        self._call_next()

    def _forget(self, connection: Any) -> None:
        """PostgreSQL hung up, also on those that rest."""
        self._open.discard(connection)
        if connection in self._free:
            self._free.remove(connection)

    def _call_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
