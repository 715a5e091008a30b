"""What the tests of personal data look at: the whole database, column by column."""

from collections.abc import Awaitable, Callable

import httpx
import pytest_asyncio

from infra.postgres.database import Database
from tests.factories.network import SmallNetwork
from tests.factories.privacy import Busy, busy

Found = Callable[[str], Awaitable[set[tuple[str, str]]]]


@pytest_asyncio.fixture(loop_scope="session")
async def ada(network: SmallNetwork, http: httpx.AsyncClient, work: Callable[[], Awaitable[None]]) -> Busy:
    """Ada, who has done everything, and what followed from it."""
    made = await busy(network, http)
    await work()
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def found(clean: Database) -> Found:
    """Every column of every table, as table and column, whose text holds a word in any case, also as bytes."""

    async def look(word: str) -> set[tuple[str, str]]:
        columns = await clean.pool.fetch(
            "select c.table_name, c.column_name from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'"
        )
        held = set()
        for table, column in columns:
            there = await clean.pool.fetchval(
                f'select exists (select from "{table}" t where position($1 in lower(t."{column}"::text)) > 0'
                f' or position($2 in lower(t."{column}"::text)) > 0)',
                word.lower(),
                word.encode().hex(),
            )
            if there:
                held.add((table, column))
        return held

    return look
