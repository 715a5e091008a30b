"""The demo, loaded once for all tests that only read it."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from infra.demo.load import Demo, load_over, steward_token
from tests.emptying import empty
from tests.factories.bundles import signed


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(
    http: httpx.AsyncClient, owner: "asyncpg.Connection[asyncpg.Record]", tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Demo]:
    """The demo in an otherwise empty Serra, and the tokens of its people."""
    folder = tmp_path_factory.mktemp("data")
    token = await steward_token(folder)
    told: list[str] = []
    async with signed(http, token) as client:
        loaded = await load_over(client, "http://serra.test", token, folder, told.append)
    assert loaded.loaded, told
    yield loaded
    await empty(owner)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that nothing was started in yet."""
    return tmp_path
