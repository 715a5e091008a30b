"""Work that is ended when nobody waits for it any more, with its SQL."""

import asyncio
from types import TracebackType

from litestar.types import Receive

PATIENCE = 0.05
"""Seconds after which it is worth asking whether the client is still there. Most answers are out by then."""


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class WhileWanted:
    """Cancels what runs within when the deadline passes or the client leaves; raises TimeoutError or ClientLeft.

    `receive` must have given the whole body: its next message says that the client has gone. Without it only the
    deadline counts. One timer is all that a quick answer pays for.
    """

    __slots__ = ("_deadline", "_reason", "_receive", "_task", "_timer", "_watch")

    def __init__(self, deadline: float, receive: Receive | None) -> None:
        self._deadline, self._receive = deadline, receive
        self._reason: Exception | None = None
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A request is answered in a task.")
        self._task = task
        self._timer = asyncio.get_running_loop().call_later(min(PATIENCE, self._deadline), self._begin)

    async def __aexit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._reason is not None:
            still_cancelled = self._task.uncancel()
            if isinstance(error, asyncio.CancelledError) and not still_cancelled:
                raise self._reason from error

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0, self._deadline - PATIENCE), self._end, TimeoutError())
        if self._receive is not None:
            self._watch = loop.create_task(self._until_gone(self._receive))

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(ClientLeft())

    def _end(self, reason: Exception) -> None:
        if self._reason is None:
            self._reason = reason
            self._task.cancel()
