"""What is committed is told once, whoever commits it and in whatever order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from infra.embedded import EmbeddedServers
from infra.postgres.bell import CHANNEL, Bell
from infra.postgres.changes import Change, Changes
from infra.postgres.database import Database
from services.ids import new_id

_WRITE = "insert into log (action, subject_type, subject_id) values ('edit_case', 'Case', $1)"


@dataclass
class Heard:
    """A listener that keeps what it is told."""

    rows: list[UUID] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, change: Change) -> None:
        """Keep one."""
        self.rows.append(change.row)
        self.arrived.set()

    def miss(self) -> None:
        """Nothing is missed in these tests."""
        raise AssertionError

    async def end(self) -> None:
        """Nothing to give back."""


@pytest_asyncio.fixture(loop_scope="session")
async def changes(servers: EmbeddedServers, clean: Database) -> AsyncIterator[Changes]:
    """A listening connection of its own."""
    made = Changes(lambda: asyncpg.connect(servers.database_url))
    yield made
    await made.aclose()


async def test_a_lost_ring_delays_by_a_second(changes: Changes, clean: Database) -> None:
    """What nobody rang for, because its server died after the commit, is told all the same."""
    heard, row = Heard(), new_id()
    changes.tell(heard)
    await changes.ready()
    await clean.pool.execute(_WRITE, row)
    async with asyncio.timeout(3):
        await heard.arrived.wait()
    assert heard.rows == [row]


async def test_a_lost_connection_is_rung_for_again(
    servers: EmbeddedServers, clean: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the connection is back, what is committed is told when it is rung for, not when it would be looked for."""
    monkeypatch.setattr("infra.postgres.changes._LOOKS_EVERY_SECONDS", 3600.0)
    opened: list[asyncpg.Connection[asyncpg.Record]] = []

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        opened.append(await asyncpg.connect(servers.database_url))
        return opened[-1]

    changes, heard, bell, rows = Changes(connect), Heard(), Bell(clean.pool), [new_id() for _ in range(3)]
    changes.tell(heard)
    await changes.ready()
    ending = await asyncpg.connect(servers.database_url)
    for number, row in enumerate(rows):
        heard.arrived.clear()
        await clean.pool.execute(_WRITE, row)
        bell.ring()
        async with asyncio.timeout(5):
            await heard.arrived.wait()
        assert (heard.rows, len(opened)) == (rows[: number + 1], number + 1)
        await ending.execute("select pg_terminate_backend($1, 5000)", opened[-1].get_server_pid())
        await changes.ready()  # it has read over the next one
    await ending.close()
    await bell.aclose()
    await changes.aclose()


async def test_what_is_written_first_and_committed_last_is_told(changes: Changes, clean: Database) -> None:
    """A line with a lower number may be committed after a higher one was told; it is told then, and nothing twice."""
    heard, slow, quick, later = Heard(), new_id(), new_id(), new_id()
    changes.tell(heard)
    await changes.ready()
    async with clean.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(_WRITE, slow)
            for row in (quick, later):
                await clean.pool.execute(_WRITE, row)
                await changes.ready()
        await changes.ready()
    await changes.ready()
    assert heard.rows == [quick, later, slow]


async def test_a_transaction_that_takes_long_makes_nothing_missed(
    changes: Changes, clean: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is open, more may be committed than is read at once: each line is read once."""
    monkeypatch.setattr("infra.postgres.changes._READ_AT_MOST", 3)
    heard, rows, slow = Heard(), [new_id() for _ in range(8)], new_id()
    changes.tell(heard)
    await changes.ready()
    async with clean.pool.acquire() as connection, connection.transaction():
        await connection.execute(_WRITE, slow)
        for pair in zip(rows[::2], rows[1::2], strict=True):
            for row in pair:
                await clean.pool.execute(_WRITE, row)
            await changes.ready()
    await changes.ready()
    assert heard.rows == [*rows, slow]


async def test_nothing_that_is_rolled_back_is_told(changes: Changes, clean: Database) -> None:
    """A write that fails has not happened."""
    heard = Heard()
    changes.tell(heard)
    await changes.ready()
    async with clean.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(_WRITE, new_id())
        await transaction.rollback()
    await changes.ready()
    assert heard.rows == []


async def test_what_was_committed_before_is_not_told(changes: Changes, clean: Database) -> None:
    """Whoever begins to listen hears of what comes, not of what was."""
    await clean.pool.execute(_WRITE, new_id())
    await changes.ready()
    heard = Heard()
    changes.tell(heard)
    await changes.ready()
    assert heard.rows == []


async def test_many_commits_ring_once(clean: Database, servers: EmbeddedServers) -> None:
    """A bell that is rung a hundred times at once announces once, or twice where one is on its way."""
    heard: list[object] = []
    listening = await asyncpg.connect(servers.database_url)
    await listening.add_listener(CHANNEL, lambda *told: heard.append(told))
    bell = Bell(clean.pool)
    for _ in range(100):
        bell.ring()
    await bell.aclose()
    await listening.fetchval("select 1")  # what was announced before has arrived with its answer
    await listening.close()
    assert 1 <= len(heard) <= 2
