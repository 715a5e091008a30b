"""The application without budgets, over a database that each world has for itself."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.parts import Parts
from infra.postgres.breadth import Breadth
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports
from tests.worlds.everyone import NARROW, check_world
from tests.worlds.model import World
from tests.worlds.written import forget, write

Checked = Callable[[World], Awaitable["Counter[str]"]]


async def _narrow(_: Breadth, keyring: tuple[str, ...]) -> bool:
    return NARROW.get()


@pytest_asyncio.fixture(loop_scope="session")
async def unmetered(
    open_database: Database, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to an application that knows nothing yet, in this process; nobody runs out of budget."""
    monkeypatch.setattr(Breadth, "reads_little", _narrow)
    settings = Settings(
        secret=SecretStr("x" * 32),
        cost_budget=10**9,
        cost_budget_per_second=10**9,
        cost_limit=10**7,
        refusals_every_seconds=3600,
    )
    transport = httpx.ASGITransport(cast("Any", application(Parts(open_database, ports), settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://serra.test") as client:
        yield client


@pytest.fixture
def checked(
    unmetered: httpx.AsyncClient, owner: "asyncpg.Connection[asyncpg.Record]", ports: Ports, clean: Database
) -> Checked:
    """Writes a world in the place of what there was, and holds every surface against the model."""

    async def checking(world: World) -> "Counter[str]":
        await forget(owner)
        await write(owner, ports, world)
        return await check_world(world, unmetered)

    return checking
