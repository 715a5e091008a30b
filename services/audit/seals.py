"""Sealing: what was written to the log and can no longer grow is closed with a hash, batch after batch.

Numbers of lines are given before their transactions commit, so a line may appear below others that are there already.
A batch is closed only when nothing can appear in it any more: whoever was writing to the log when its last line was
seen has ended. Who writes holds a lock on the log, which PostgreSQL lists; the sealer reads that list, takes no lock of
its own on the log and keeps nobody waiting.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from services.audit.proof import NOTHING, Seal, Tree, leaf, shown_line
from services.audit.tables import LogSeal
from services.log import LogEntry
from services.transaction import transaction

logger = logging.getLogger("serra.audit")

LINES_AT_MOST: Final = 1_000
"""In one batch."""
PATIENCE: Final = 10.0
"""Seconds that the sealer waits for writers of the log to end, before it leaves the lines to its next run."""
COLUMNS: Final = "id, at, person, organisation, action, subject_type, subject_id, detail::text as detail, salt"
_LOCK: Final = 7_237_729_107  # any number that nobody else takes
_NEWEST: Final = "select max(id) as id from log"
_WRITERS: Final = """
    select virtualtransaction as writer from pg_locks
    where locktype = 'relation' and relation = 'log'::regclass and mode = 'RowExclusiveLock' and granted
      and database = (select oid from pg_database where datname = current_database())
"""
_BATCH: Final = f"select {COLUMNS} from log where id > {{}} and id <= {{}} order by id limit {LINES_AT_MOST}"  # noqa: S608 - only the constants above stand in it


async def seal_log(patience: float = PATIENCE) -> int:
    """The job that runs each minute: seal what can no longer grow; gives the number of lines sealed.

    However many run at once, they make one chain. Progress is logged, a line for each 100 batches.
    """
    last = await _settled(patience)
    sealed = batches = 0
    while last is not None and (lines := await _seal_batch(last)):
        sealed += lines
        batches += 1
        if batches % 100 == 0:
            logger.info("%d lines of the log are sealed, up to %d of %d", sealed, (await head()).last, last)
    return sealed


async def head() -> Seal:
    """The newest seal; one with the number 0, which none has, before the first."""
    rows = await LogSeal.select().order_by(LogSeal.number, ascending=False).limit(1)
    return Seal.of_row(rows[0]) if rows else Seal(0, 0, 0, 0, NOTHING, NOTHING, datetime.now(UTC), NOTHING)


async def _settled(patience: float) -> int | None:
    """The newest line below which no further one can appear; None if none is new, or if somebody writes on and on."""
    newest: int | None = (await LogEntry.raw(_NEWEST))[0]["id"]
    if newest is None or newest <= (await head()).last:
        return None
    # Asked for after the newest line was seen: who was given a smaller number holds the lock by now, or has ended.
    waited_for = await _writers()
    until, pause = time.monotonic() + patience, 0.002
    while waited_for:
        if time.monotonic() > until:
            logger.warning("The log is not sealed yet: %d transactions that write to it last long.", len(waited_for))
            return None
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.25)
        waited_for &= await _writers()
    return newest


async def _writers() -> set[str]:
    return {row["writer"] for row in await LogEntry.raw(_WRITERS)}


async def _seal_batch(last: int) -> int:
    """Seal the next batch up to a line; gives the number of its lines, 0 where nothing is left or another seals."""
    async with transaction():
        if not (await LogEntry.raw("select pg_try_advisory_xact_lock({}) as mine", _LOCK))[0]["mine"]:
            return 0
        previous = await head()
        rows: list[Mapping[str, Any]] = await LogEntry.raw(_BATCH, previous.last, last)
        if not rows:
            return 0
        made = Seal(
            number=previous.number + 1,
            after=previous.last,
            last=rows[-1]["id"],
            lines=len(rows),
            root=Tree([leaf(shown_line(row)) for row in rows]).root(),
            previous=previous.hash,
            sealed_at=datetime.now(UTC),
        ).hashed()
        await LogSeal.insert(LogSeal(**{name: getattr(made, name) for name in Seal.__slots__}))
    return len(rows)
