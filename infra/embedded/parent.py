"""The process that asked for the servers, as their supervisor sees it."""

import os
import select
import signal
import time
from collections.abc import Callable
from types import FrameType

_STANDARD_INPUT = 0


class ParentGone(Exception):
    """The servers are no longer wanted: their parent ended, let go of them, or someone asked the supervisor to end."""


class Parent:
    """It is there as long as it holds the other end of our standard input, which a kill -9 takes from it too.

    A pipe, because it works the same on Linux and macOS and does not care which of the parent's threads started us.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._asked_to_stop = False
        self._wakeup, wakeup = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup)  # ends a wait at once, also when a server ends
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)

    def wait(self, seconds: float) -> None:
        """Sleep that long, or less when a server ends. Raises ParentGone."""
        readable, _, _ = select.select([_STANDARD_INPUT, self._wakeup], [], [], seconds)
        if self._wakeup in readable:
            os.read(self._wakeup, 4096)
        let_go = _STANDARD_INPUT in readable and not os.read(_STANDARD_INPUT, 4096)
        # The parent's number changes when it dies. That finds the rare case in which a child of the parent, forked
        # by something other than Python, has inherited the pipe's other end and keeps it open.
        if let_go or self._asked_to_stop or os.getppid() != self._pid:
            raise ParentGone

    def wait_until(self, done: Callable[[], bool], *, seconds: float) -> bool:
        """Look again and again; False when the time is over first. Raises ParentGone."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                return False
            self.wait(0.01)
        return True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True
