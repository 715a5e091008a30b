"""The one log, and the follow-ups of a write.

A write calls `record` inside its transaction: the log line and the jobs that follow from it are committed with the
change or not at all. Jobs may run twice; each is written so that this does no harm.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from piccolo import columns
from piccolo.columns import JSONB, BigSerial, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.search.ports import SEARCHABLE_TYPES
from services.viewer import Viewer


class LogEntry(Table, tablename="log"):
    """Who did what, for which organisation, when. Append-only: the database refuses updates and deletes.

    An ADMIN of `organisation` can read the line, `detail` with it: what they may not know does not stand there.
    """

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    person = columns.UUID(null=True, default=None)
    organisation = columns.UUID(null=True, default=None)
    action = Varchar(length=60)
    subject_type = Varchar(length=30)
    subject_id = columns.UUID(default=None)
    detail = JSONB(default="{}")
    salt = columns.UUID(null=True, default=uuid4, help_text="Keeps the line's hash from telling what the line says.")


class JobQueue(Protocol):
    """Where follow-ups are put; the adapter joins the transaction that is open in the caller's context."""

    async def put(self, job: str, payload: Mapping[str, str], at: datetime | None) -> None:
        """Enqueue one job for `at`, or for now. It runs at least once if the transaction commits, else never."""


_queues: list[JobQueue] = []
"""The one queue, once `use_queue` has named it."""


def use_queue(queue: JobQueue) -> None:
    """Say, once at start-up, where follow-ups go."""
    _queues[:] = [queue]


async def record(
    viewer: Viewer,
    action: str,
    subject_type: str,
    subject_id: UUID,
    *,
    organisation: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one line, inside the caller's transaction, and have what was changed indexed."""
    await LogEntry.insert(
        LogEntry(
            person=viewer.person,
            organisation=organisation,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            detail=json.dumps(detail or {}),
        )
    )
    if subject_type in SEARCHABLE_TYPES:
        await enqueue("index", type=subject_type, id=str(subject_id))


async def enqueue(job: str, *, at: datetime | None = None, **payload: str) -> None:
    """Put one follow-up in the queue, inside the caller's transaction, to run now or at an instant."""
    (queue,) = _queues  # a process that forgot `use_queue` must fail, not lose what follows
    await queue.put(job, payload, at)
