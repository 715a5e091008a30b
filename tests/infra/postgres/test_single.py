"""The connections of compiled reads: opened when needed, given back whatever happens, and planned once."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from infra.embedded import EmbeddedServers
from infra.postgres.single import SingleStatements

MOST = 3


@pytest_asyncio.fixture(loop_scope="session")
async def reads(servers: EmbeddedServers) -> AsyncIterator[SingleStatements]:
    """Three connections at the most."""
    opened = SingleStatements(servers.database_url, MOST, {}, 10)
    yield opened
    await opened.aclose()


async def test_more_readers_than_connections_take_turns(reads: SingleStatements) -> None:
    """Fifty readers share three connections, and each gets its own answer."""
    wanted = list(range(50))
    got = await asyncio.gather(*(reads.fetch_value("select $1::int", [n]) for n in wanted))
    assert got == wanted
    assert len(reads._open) <= MOST


async def test_a_cancelled_read_ends_and_frees_its_place(reads: SingleStatements) -> None:
    """A read that is cut off is cut off in PostgreSQL too, and those who wait for a connection get one."""
    slow = [asyncio.create_task(reads.fetch_value("select pg_sleep(30)", [])) for _ in range(MOST)]
    waiting = asyncio.create_task(reads.fetch_value("select 7", []))
    await asyncio.sleep(0.2)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert await asyncio.wait_for(waiting, 5) == 7
    running = "select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'"
    for _ in range(50):
        if await reads.fetch_value(running, []) == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("PostgreSQL goes on with what was cancelled.")


async def test_a_connection_that_was_cut_is_replaced(reads: SingleStatements) -> None:
    """When the server hangs up, the next read opens a new connection."""
    backend = await reads.fetch_value("select pg_backend_pid()", [])
    (connection,) = reads._open
    connection.terminate()
    await asyncio.sleep(0.1)
    assert await reads.fetch_value("select pg_backend_pid()", []) != backend


async def test_a_failing_statement_leaves_the_connection_usable(reads: SingleStatements) -> None:
    """An error of one read is its own."""
    with pytest.raises(asyncpg.DivisionByZeroError):
        await reads.fetch_value("select 1 / 0", [])
    assert await reads.fetch_value("select 1", []) == 1


async def test_statements_are_planned_once(reads: SingleStatements) -> None:
    """Plans do not depend on the values, so that a list is not planned anew for every request."""
    assert await reads.fetch_value("show plan_cache_mode", []) == "force_generic_plan"
