"""What was refused is counted here and written to the log now and then: a flood of it does not fill the log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.organisations.sign_ins import (
    Denied,
    RefusedSignIn,
    record_denial,
    record_refused_sign_in,
    record_unnamed,
)

logger = logging.getLogger("serra.refusals")

TOLD_APART = 100
"""So many addresses and denials in that time; the rest is counted together."""


class Refusals:
    """Failed sign-ins and denials of this process since it last wrote them down.

    It does so every so many seconds. What a process that is killed has counted since is lost; one that is told to stop
    writes it first.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._counts: dict[RefusedSignIn | Denied, int] = {}
        self._unnamed = 0

    def note(self, refused: RefusedSignIn | Denied) -> None:
        """Count one more."""
        if refused in self._counts or len(self._counts) < TOLD_APART:
            self._counts[refused] = self._counts.get(refused, 0) + 1
        else:
            self._unnamed += 1

    async def write(self) -> None:
        """Append what was counted to the log. What cannot be written is said on the process's own log, and dropped."""
        counts, self._counts = self._counts, {}
        unnamed, self._unnamed = self._unnamed, 0
        try:
            for refused, times in counts.items():
                if isinstance(refused, Denied):
                    await record_denial(refused, times)
                else:
                    await record_refused_sign_in(refused, times)
            if unnamed:
                await record_unnamed(unnamed)
        except Exception:
            # Their number alone: addresses of requests do not belong on the process's own log.
            logger.exception("Of %d refusals some could not be written to the log.", sum(counts.values()) + unnamed)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write now and then while inside, and at the end what was counted until then."""
        task = asyncio.create_task(self._write_always(), name="serra-refusals")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.write()

    async def _write_always(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.write()
