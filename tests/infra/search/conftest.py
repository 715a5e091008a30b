"""The engines that the contract must hold on: PostgreSQL, and Meilisearch where one is given. Each index is empty."""

import os
import secrets
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from meilisearch import Client

from infra.embedded import EmbeddedServers
from infra.postgres.migrate import migrate
from infra.search.meilisearch import MeilisearchSearch
from infra.search.postgres import PostgresSearch
from services.search.ports import SearchEngine

_ENGINES: Final = ["postgres", *(["meilisearch"] if "MEILI_URL" in os.environ else [])]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def search_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """A database of the search tests' own, still empty."""
    name = f"search_{secrets.token_hex(4)}"
    owner = await asyncpg.connect(servers.database_url)
    await owner.execute(f'create database "{name}"')
    yield urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
    await owner.execute(f'drop database "{name}" with (force)')
    await owner.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def search_pool(search_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool over the index's tables."""
    await migrate(search_url)
    async with asyncpg.create_pool(search_url, min_size=1, max_size=4) as pool:
        yield pool


@pytest_asyncio.fixture(loop_scope="session")
async def postgres(search_pool: asyncpg.Pool) -> PostgresSearch:
    """PostgreSQL's engine with an empty index."""
    await search_pool.execute("truncate search_thing, search_way, search_entry, search_text, search_word, search_reach")
    return PostgresSearch(search_pool)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def meilisearch_index() -> AsyncIterator[tuple[MeilisearchSearch, Client, str]]:
    """An index of the tests' own on the Meilisearch at MEILI_URL, and a client to look after it."""
    url, key = os.environ["MEILI_URL"], os.environ.get("MEILI_KEY")
    name = f"contract_{secrets.token_hex(4)}"
    engine = MeilisearchSearch(url, key, name)
    await engine.prepare()
    client = Client(url, key)
    yield engine, client, name
    client.delete_index(name)
    await engine.aclose()


@pytest.fixture(params=_ENGINES)
def engine(request: pytest.FixtureRequest) -> SearchEngine:
    """Each engine in turn, with an empty index."""
    if request.param == "postgres":
        postgres: PostgresSearch = request.getfixturevalue("postgres")
        return postgres
    meilisearch, client, name = request.getfixturevalue("meilisearch_index")
    client.wait_for_task(client.index(name).delete_all_documents().task_uid)
    assert isinstance(meilisearch, MeilisearchSearch)
    return meilisearch
