"""The worker: runs the follow-ups that writes enqueued. Any number of workers may run; each job may run twice."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from pgqueuer import PgQueuer
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job, Schedule

from infra.extraction import TEXT_READERS
from infra.jobs.listening import ListeningPool
from infra.parts import open_parts
from infra.postgres.away import DATABASE_ERRORS
from infra.postgres.database import Database
from infra.settings import Settings
from services.artefacts.jobs import extract_text, sweep_uploads
from services.artefacts.retention import remove_file
from services.artefacts.withdrawn import forget_words
from services.audit.addresses import forget_addresses
from services.audit.seals import head, seal_log
from services.cases.access_requests import announce_request
from services.cases.cases import release_case
from services.notifications.notifications import deliver
from services.organisations.sign_ins import forget_where
from services.ports import Ports
from services.practices.practices import release_practice
from services.privacy.data_exports import make_export
from services.privacy.retention import retain
from services.reviews.reviews import expire_review
from services.search.copies import index_copies, reindex
from services.search.search import index

logger = logging.getLogger("serra.worker")


class WorkerEnded(Exception):
    """The worker ended without being told to."""


HEARTBEAT = timedelta(seconds=10)
"""A job whose worker has been silent for this long is taken over by another."""
_LOOKS_EVERY = timedelta(seconds=5)
"""A worker that is idle is rung for when a job is due. Should a ring be lost, it finds the job after this time."""
_AT_ONCE = 6
"""Jobs that run side by side: each may need two of the pool's connections, and requests need some too."""
_LONGEST_WAIT = timedelta(minutes=5)
_SECONDS_BEFORE_WORKING_ON = 2.0
_MOST_ATTEMPTS = 20

Handler = Callable[[Ports, Mapping[str, str]], Awaitable[None]]


async def _index(ports: Ports, job: Mapping[str, str]) -> None:
    await index(ports.search, job["type"], UUID(job["id"]))


async def _index_copies(ports: Ports, job: Mapping[str, str]) -> None:
    await index_copies(ports.search, job)


async def _reindex(ports: Ports, job: Mapping[str, str]) -> None:
    await reindex(ports.search, job)


async def _release(_: Ports, job: Mapping[str, str]) -> None:
    release = release_practice if job["type"] == "Practice" else release_case
    await release(UUID(job["id"]))


async def _notify(_: Ports, job: Mapping[str, str]) -> None:
    await deliver(job)


async def _extract(ports: Ports, job: Mapping[str, str]) -> None:
    await extract_text(ports.files, TEXT_READERS, UUID(job["id"]))


async def _access_requested(_: Ports, job: Mapping[str, str]) -> None:
    await announce_request(job)


async def _expire_review(_: Ports, job: Mapping[str, str]) -> None:
    await expire_review(UUID(job["id"]))


async def _export(ports: Ports, job: Mapping[str, str]) -> None:
    await make_export(ports.files, UUID(job["id"]))


async def _remove_file(ports: Ports, job: Mapping[str, str]) -> None:
    await remove_file(ports.files, job["key"])


async def _forget_words(_: Ports, job: Mapping[str, str]) -> None:
    await forget_words(UUID(job["id"]), job["occasion"])


HANDLERS: dict[str, Handler] = {
    "index": _index,
    "index_copies": _index_copies,
    "reindex": _reindex,
    "notify": _notify,
    "release": _release,
    "extract": _extract,
    "expire_review": _expire_review,
    "export": _export,
    "remove_file": _remove_file,
    "forget_words": _forget_words,
    "access_requested": _access_requested,
}


def worker(database: Database, ports: Ports) -> PgQueuer:
    """A worker over parts that are already open."""
    made = PgQueuer(ListeningPool(database.pool))
    for name, handler in HANDLERS.items():
        made.entrypoint(name, on_failure="hold")(_patient(name, handler, ports))

    @made.schedule("sweep_uploads", "17 3 * * *")
    async def sweep(_: Schedule) -> None:
        logger.info("%d unfinished uploads were cleared away", await sweep_uploads(ports.files))

    @made.schedule("retention", "47 3 * * *")
    async def let_go(_: Schedule) -> None:
        gone = await retain(ports.ages, datetime.now(UTC).date(), lambda line: logger.info("retention: %s", line))
        logger.info("retention is done: %s", gone or "nothing was due")

    @made.schedule("seal_log", "* * * * *")
    async def seal(_: Schedule) -> None:
        if sealed := await seal_log():
            logger.info("%d lines of the log were sealed; the newest seal is %s", sealed, (await head()).hash.hex())

    @made.schedule("forget_addresses", "41 3 * * *")
    async def forget(_: Schedule) -> None:
        logger.info("%d addresses of sign-ins were forgotten", await forget_addresses() + await forget_where())

    return made


@asynccontextmanager
async def working(database: Database, ports: Ports) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker beside whatever runs inside; at the end it finishes the jobs it has begun. Gives its task."""
    running = worker(database, ports)
    task = asyncio.create_task(
        running.run(
            dequeue_timeout=_LOOKS_EVERY,
            heartbeat_timeout=HEARTBEAT,
            batch_size=_AT_ONCE // 2,
            max_concurrent_tasks=_AT_ONCE,
        ),
        name="serra-worker",
    )
    task.add_done_callback(_complain)
    try:
        yield task
    finally:
        running.shutdown.set()
        if not task.done():
            task.remove_done_callback(_complain)
            task.add_done_callback(_complain_at_the_end)
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def always_working(database: Database, ports: Ports) -> AsyncIterator[None]:
    """As `working`, and begun anew whenever it ends by itself, as it does while the database is away."""
    stop = asyncio.Event()

    async def work_on() -> None:
        while not stop.is_set():
            async with working(database, ports) as task:
                stopping = asyncio.create_task(stop.wait())
                await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _SECONDS_BEFORE_WORKING_ON)

    going = asyncio.create_task(work_on(), name="serra-always-working")
    try:
        yield
    finally:
        stop.set()
        await going


async def work(settings: Settings) -> None:
    """A worker of its own, until told to stop."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_parts(settings) as parts, working(parts.database, parts.ports) as task:
        logger.info("The worker runs.")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not stop.is_set():
            raise WorkerEnded("The worker ended by itself; the log says why. Start it again.")


def _patient(name: str, handler: Handler, ports: Ports) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        payload: dict[str, Any] = msgspec.json.decode(job.payload or b"{}")
        try:
            await handler(ports, payload)
        except Exception as error:
            if job.attempts >= _MOST_ATTEMPTS:
                raise
            wait = min(timedelta(seconds=2**job.attempts), _LONGEST_WAIT)
            logger.warning("job %s %s failed, again in %s: %r", name, payload, wait, error)
            raise RetryRequested(wait, reason=repr(error)) from error

    return run


def _complain(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, DATABASE_ERRORS):  # nothing of ours went wrong
        logger.error("The worker stopped: the database is away (%r).", error)
    elif error:
        logger.error("The worker stopped.", exc_info=error)


def _complain_at_the_end(task: asyncio.Task[None]) -> None:
    """As above; but whoever stops does not care that a connection is gone already."""
    if not task.cancelled() and not isinstance(task.exception(), DATABASE_ERRORS):
        _complain(task)
