"""The connection over which a worker hears of new jobs: replaced when it is lost, and given back at the end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from infra.jobs.listening import ListeningPool
from infra.postgres.database import Database

CHANNEL = "ch_test"
CUT = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'test-listening'"


@pytest_asyncio.fixture(loop_scope="session")
async def pool(service_url: str, open_database: Database) -> AsyncIterator[Any]:
    """Two connections, one to listen on and one for statements."""
    settings = {"application_name": "test-listening"}
    async with asyncpg.create_pool(service_url, min_size=1, max_size=2, server_settings=settings) as opened:
        yield opened


async def next_of(heard: "asyncio.Queue[Any]") -> Any:
    async with asyncio.timeout(10):
        return await heard.get()


async def test_it_listens_again_once_it_is_let_in(
    pool: Any, open_database: Database, owner: "asyncpg.Connection[asyncpg.Record]", caplog: pytest.LogCaptureFixture
) -> None:
    """While PostgreSQL lets nobody in it tries again; then it has looked for what was missed, and the rest is heard."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    driver = ListeningPool(pool)
    async with driver:
        await driver.add_listener(CHANNEL, heard.put_nowait)
        await driver.notify(CHANNEL, "before")
        assert await next_of(heard) == "before"
        await owner.execute("alter role serra_service connection limit 0")
        try:
            assert await open_database.pool.fetchval(CUT) >= 1
            await asyncio.sleep(0.8)
        finally:
            await owner.execute("alter role serra_service connection limit -1")
        assert "New jobs are not heard of" in caplog.text
        assert '"table_changed_event"' in await next_of(heard)
        await driver.notify(CHANNEL, "after")
        assert await next_of(heard) == "after"
        assert heard.empty()


async def test_nothing_is_kept_at_the_end(pool: Any, open_database: Database) -> None:
    """Who stops while it listens, or while it tries to, gives every connection back, and none of them listens."""
    for cut in (False, True):
        driver = ListeningPool(pool)
        async with driver:
            await driver.add_listener(CHANNEL, lambda _: None)
            if cut:
                await open_database.pool.fetchval(CUT)
                await asyncio.sleep(0.02)
        assert pool.get_idle_size() == pool.get_size()
        assert await pool.fetch("select pg_listening_channels()") == []
    await asyncio.sleep(0.3)
    assert pool.get_idle_size() == pool.get_size()


async def test_who_is_told_no_more_stays_so(pool: Any, open_database: Database) -> None:
    """Whoever is taken off the list is not told again on the next connection."""
    one, other = asyncio.Queue[Any](), asyncio.Queue[Any]()
    driver = ListeningPool(pool)
    async with driver:
        for heard in (one, other):
            await driver.add_listener(CHANNEL, heard.put_nowait)
        await driver.remove_listener(CHANNEL, one.put_nowait)
        await open_database.pool.fetchval(CUT)
        assert '"table_changed_event"' in await next_of(other)
        await driver.notify(CHANNEL, "after")
        assert await next_of(other) == "after"
    assert one.empty()
