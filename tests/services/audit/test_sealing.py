"""Sealing: one chain, whoever seals; nothing sealed that can still grow; nobody kept waiting."""

import asyncio
import random
from itertools import pairwise

import asyncpg
import pytest

from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from infra.worker import working
from services.audit import seals
from services.audit.seals import head, seal_log
from services.audit.tables import LogSeal
from services.audit.verification import verify_log
from services.ports import Ports
from tests.factories.log import write_lines

INSERT = "insert into log (action, subject_type, subject_id) values ('late', 'Lab', gen_random_uuid()) returning id"


async def intact(*, unsealed: int = 0) -> int:
    """Fail unless the chain is whole and so many lines are not sealed yet; gives how many are."""
    verdict = await verify_log()
    assert [str(fault) for fault in verdict.faults] == []
    assert verdict.unsealed == unsealed
    return verdict.lines


async def test_batches_hang_together(clean: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run seals what is new, in batches of bounded size, each after the one before; else it does nothing."""
    monkeypatch.setattr(seals, "_BATCH", seals._BATCH.replace(str(seals.LINES_AT_MOST), "4"))
    assert await seal_log() == 0
    await write_lines(10)
    assert (await seal_log(), await seal_log()) == (10, 0)
    await write_lines(3)
    assert await seal_log() == 3
    rows = await LogSeal.objects().order_by(LogSeal.number)
    assert [(row.number, row.lines) for row in rows] == [(1, 4), (2, 4), (3, 2), (4, 3)]
    assert all(one.previous == before.hash and one.after == before.last for before, one in pairwise(rows))
    assert await intact() == 13


async def test_a_line_that_commits_late_is_sealed_with_its_neighbours(
    clean: Database, servers: EmbeddedServers
) -> None:
    """Nothing is sealed while a smaller number may still appear; one that never does is a gap."""
    late, failed = [await asyncpg.connect(servers.database_url) for _ in range(2)]
    try:
        open_line, open_failure = late.transaction(), failed.transaction()
        await open_line.start()
        await open_failure.start()
        number = await late.fetchval(INSERT)
        gap = await failed.fetchval(INSERT)
        await write_lines(1)
        assert await seal_log(patience=0.05) == 0
        assert (await head()).number == 0
        sealing = asyncio.create_task(seal_log())
        await asyncio.sleep(0.05)
        await open_failure.rollback()
        await open_line.commit()
        assert await sealing == 2
        assert await intact() == 2
        assert number < gap < (await head()).last
    finally:
        await late.close()
        await failed.close()


async def test_writers_never_wait_for_the_sealer(clean: Database, servers: EmbeddedServers) -> None:
    """While one sealer is in the middle of a batch and another waits for a writer, everyone else writes on."""
    stuck, sealer = [await asyncpg.connect(servers.database_url) for _ in range(2)]
    try:
        await write_lines(5)
        open_line, open_seal = stuck.transaction(), sealer.transaction()
        await open_line.start()
        await stuck.fetchval(INSERT)
        await write_lines(1)
        await open_seal.start()
        await sealer.execute("select pg_advisory_xact_lock($1)", seals._LOCK)
        await sealer.execute(
            "insert into log_seal (number, after, last, lines, root, previous, hash) values (1, 0, 1, 1, '1', '1', '1')"
        )
        waiting = asyncio.create_task(seal_log(patience=60))
        await asyncio.wait_for(write_lines(20), 30)
        assert not waiting.done()
        await open_line.commit()
        assert await waiting == 0  # the other holds the seals
        await open_seal.rollback()
    finally:
        await stuck.close()
        await sealer.close()
    assert await seal_log() == 27


async def test_many_sealers_and_writers_make_one_chain(clean: Database, servers: EmbeddedServers) -> None:
    """Writers that commit in any order or fail, and sealers that run meanwhile, end in one chain over every line."""
    chance = random.Random(14)
    pool = await asyncpg.create_pool(servers.database_url, min_size=8, max_size=8)
    written = 0

    async def write() -> None:
        nonlocal written
        for _ in range(25):
            async with pool.acquire() as connection:
                opened = connection.transaction()
                await opened.start()
                await connection.execute(INSERT)
                await asyncio.sleep(chance.random() * 0.02)
                if chance.random() < 0.2:
                    await opened.rollback()
                else:
                    await opened.commit()
                    written += 1

    done = asyncio.Event()

    async def seal() -> int:
        sealed = 0
        while not done.is_set():
            sealed += await seal_log()
            assert [str(fault) for fault in (await verify_log()).faults] == []
            await asyncio.sleep(0.01)
        return sealed

    sealers = [asyncio.create_task(seal()) for _ in range(3)]
    try:
        await asyncio.gather(*(write() for _ in range(8)))
    finally:
        done.set()
        sealed = sum(await asyncio.gather(*sealers))
        await pool.close()
    sealed += await seal_log()
    assert sealed == written == await intact()
    assert (await head()).number > 3


@pytest.mark.parametrize("change", ["update log_seal set lines = 2", "delete from log_seal", "truncate log_seal"])
async def test_seals_are_append_only(clean: Database, change: str) -> None:
    """Nobody changes or removes a seal, not even with SQL."""
    await write_lines(1)
    await seal_log()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"append-only|permission denied"):
        await clean.pool.execute(change)
    assert await intact() == 1


async def test_the_worker_seals(clean: Database, ports: Ports) -> None:
    """A worker that runs seals by its own timetable, once a minute."""
    due = "update pgqueuer_schedules set next_run = now() where entrypoint = 'seal_log' returning expression"
    await write_lines(3)
    async with working(clean, ports), asyncio.timeout(60):
        expressions: set[str] = set()
        while not (await head()).number:
            expressions |= {row["expression"] for row in await clean.pool.fetch(due)}
            await asyncio.sleep(0.2)
    assert expressions <= {"* * * * *"}
    assert await intact() == 3
