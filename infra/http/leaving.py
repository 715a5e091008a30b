"""Clients that go away: what they asked for is ended, with its SQL."""

import asyncio
from types import TracebackType

from litestar.types import Receive

PATIENCE = 0.05
"""Seconds after which it is worth asking whether the client is still there. Most answers are out by then."""


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class WhileThere:
    """Cancels what runs within when the client leaves, and raises ClientLeft.

    `receive` must have given the whole body: its next message says that the client has gone.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = False
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A request is answered in a task.")
        self._task = task
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._begin)

    async def __aexit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._left:
            still_cancelled = self._task.uncancel()
            if isinstance(error, asyncio.CancelledError) and not still_cancelled:
                raise ClientLeft from error

    def _begin(self) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left = True
        self._task.cancel()
