"""Follow-ups: part of the transaction that caused them, run at least once, tried again when they fail."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from infra import worker
from infra.jobs.queue import TransactionalQueue
from infra.postgres.database import Database
from services.ids import new_id
from services.log import LogEntry, enqueue, record
from services.ports import Ports
from services.transaction import transaction
from services.viewer import Viewer

Work = Callable[[], Awaitable[None]]


class Refused(Exception):
    """Raised by a test."""


async def jobs(database: Database) -> list[str]:
    return [row["entrypoint"] for row in await database.pool.fetch("select entrypoint from pgqueuer order by id")]


async def test_a_job_and_a_log_line_share_the_fate_of_their_cause(clean: Database, ports: Ports) -> None:
    """What a rolled-back transaction logged and enqueued is gone; what a committed one did is there."""
    with pytest.raises(Refused):
        async with transaction():
            await record(Viewer(), "try", "Case", new_id())
            raise Refused
    assert (await jobs(clean), await LogEntry.count()) == ([], 0)
    async with transaction():
        await record(Viewer(), "do", "Case", new_id())
    assert (await jobs(clean), await LogEntry.count()) == (["index"], 1)


async def test_a_job_outside_a_transaction_is_refused(clean: Database) -> None:
    """A job that could outlive its cause, or miss it, is a fault of ours."""
    with pytest.raises(RuntimeError, match="outside a transaction"):
        await TransactionalQueue().put("index", {}, None)


async def test_a_failing_job_is_tried_again(
    clean: Database, ports: Ports, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that fails once is run again by itself, and then is done."""
    runs: list[str] = []

    async def flaky(_: Ports, job: Mapping[str, str]) -> None:
        runs.append(job["id"])
        if len(runs) == 1:
            raise Refused

    monkeypatch.setitem(worker.HANDLERS, "index", flaky)
    async with transaction():
        await enqueue("index", type="Case", id="1")
    await work()
    while await jobs(clean):  # the second try waits a moment
        await asyncio.sleep(0.1)
        await work()
    assert runs == ["1", "1"]


async def test_an_idle_worker_is_rung_for(clean: Database, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that waits for work begins it when it is committed, not when it would look again by itself."""
    begun = asyncio.Event()

    async def begin(_: Ports, __: Mapping[str, str]) -> None:
        begun.set()

    monkeypatch.setitem(worker.HANDLERS, "index", begin)
    async with worker.working(clean, ports):
        await asyncio.sleep(0.5)  # it has looked, and found nothing
        async with transaction():
            await enqueue("index", type="Case", id="1")
        async with asyncio.timeout(2):
            await begun.wait()


@pytest.mark.parametrize("lost", ["query ilike 'listen%ch_pgqueuer%'", "pid <> pg_backend_pid()"])
async def test_a_worker_that_lost_its_connection_is_rung_for(
    clean: Database, ports: Ports, service_url: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """A worker whose connections were cut off begins what is committed afterwards, and does not wait until it looks."""
    begun: asyncio.Queue[str] = asyncio.Queue()

    async def begin(_: Ports, job: Mapping[str, str]) -> None:
        begun.put_nowait(job["id"])

    async def enqueued(job: str) -> str:
        async with transaction():
            await enqueue("index", type="Case", id=job)
        async with asyncio.timeout(5):
            return await begun.get()

    monkeypatch.setitem(worker.HANDLERS, "index", begin)
    monkeypatch.setattr(worker, "_LOOKS_EVERY", timedelta(hours=1))
    end = f"select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = current_user and {lost}"
    async with (
        worker.always_working(clean, ports),
        asyncpg.create_pool(service_url, min_size=1, max_size=1) as cutting,
    ):
        for number in "12":
            assert await enqueued(number) == number
            while await jobs(clean):  # noqa: ASYNC110 - what changes is in the database
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)  # it has looked, and found nothing
            assert await cutting.fetchval(end) >= 1
            await asyncio.sleep(0.1)  # the service hears of it
        assert await enqueued("afterwards") == "afterwards"


async def test_no_transaction_announces_its_jobs(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """PostgreSQL commits transactions that announce something one after the other: none of ours does."""
    told = "select tgname from pg_trigger where tgrelid = 'pgqueuer'::regclass and not tgisinternal"
    assert await owner.fetch(told) == []


async def test_a_job_for_later_waits(clean: Database, work: Work) -> None:
    """A job with a date stays in the queue until then."""
    async with transaction():
        await enqueue("release", at=datetime.now(UTC) + timedelta(hours=1), type="Case", id=str(new_id()))
    await work()
    assert await jobs(clean) == ["release"]


@pytest.mark.parametrize("change", ["update log set action = 'x'", "delete from log", "truncate log"])
async def test_the_log_is_append_only(
    clean: Database, owner: "asyncpg.Connection[asyncpg.Record]", change: str
) -> None:
    """Nobody changes or removes a line of the log with SQL: the service may not try, and its owner is refused."""
    async with transaction():
        await record(Viewer(), "do", "Case", new_id())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(change)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for table log"):
        await clean.pool.execute(change)
    assert await LogEntry.count() == 1
