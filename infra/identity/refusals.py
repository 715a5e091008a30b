"""What was refused is counted here and written to the log now and then: a flood of it does not fill the log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import InterfaceError

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
        self._count(refused, 1)

    def _count(self, refused: RefusedSignIn | Denied | None, times: int) -> None:
        if refused is not None and (refused in self._counts or len(self._counts) < TOLD_APART):
            self._counts[refused] = self._counts.get(refused, 0) + times
        else:
            self._unnamed += times

    async def write(self) -> None:
        """Append what was counted to the log: each line that can be written.

        What cannot is said on the process's own log, and counted on for the next time.
        """
        counts, self._counts = self._counts, {}
        unnamed, self._unnamed = self._unnamed, 0
        unwritten, why, is_away = 0, set[str](), False
        for refused, times in (*counts.items(), *([(None, unnamed)] if unnamed else [])):
            # While the database is away, a try for each would keep a server that is told to stop from stopping.
            if not is_away:
                try:
                    await _record(refused, times)
                    continue
                except Exception as error:  # noqa: BLE001 - whatever it is, the next line may be written
                    is_away = isinstance(error, (OSError, InterfaceError))
                    why.add(type(error).__name__)
            unwritten += times
            self._count(refused, times)
        if unwritten:
            # Their number alone: addresses of requests do not belong on the process's own log.
            total, kinds = sum(counts.values()) + unnamed, ", ".join(sorted(why))
            logger.error("Of %d refusals %d could not be written to the log yet (%s).", total, unwritten, kinds)

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


async def _record(refused: RefusedSignIn | Denied | None, times: int) -> None:
    """One line; None stands for those that were not told apart."""
    match refused:
        case None:
            await record_unnamed(times)
        case Denied():
            await record_denial(refused, times)
        case _:
            await record_refused_sign_in(refused, times)
