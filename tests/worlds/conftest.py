"""The application without budgets, over a database that each world has for itself."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any, cast

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.breadth import Breadth
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports
from tests.emptying import empty
from tests.worlds.delivered import check_deliveries
from tests.worlds.everyone import NARROW, check_world
from tests.worlds.look import Place
from tests.worlds.model import World
from tests.worlds.written import write, write_unindexed

Checked = Callable[[World], Awaitable["Counter[str]"]]
Delivered = Callable[[World, Random], Awaitable["Counter[str]"]]


async def _narrow(_: Breadth, keyring: tuple[str, ...]) -> bool:
    return NARROW.get()


@pytest_asyncio.fixture(loop_scope="session")
async def unmetered(
    open_database: Database, ports: Ports, owner: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    """An application that knows nothing yet, in this process; nobody runs out of budget or connections."""
    monkeypatch.setattr(Breadth, "reads_little", _narrow)
    settings = Settings(
        secret=SecretStr("x" * 32),
        cost_budget=10**9,
        cost_budget_per_second=10**9,
        cost_limit=10**7,
        refusals_every_seconds=3600,
    )
    limits = StreamLimits(operations=1_000, connections=1_000)
    served = cast("Any", application(Parts(open_database, ports), settings, limits))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://serra.test") as client,
        httpx.AsyncClient(trust_env=False) as browser,
    ):
        yield Place(served, client, browser, owner, ports)


@pytest.fixture
def checked(unmetered: Place, clean: Database) -> Checked:
    """Writes a world in the place of what there was, and holds every surface against the model."""

    async def checking(world: World) -> "Counter[str]":
        await empty(unmetered.owner)
        await write(unmetered, world)
        return await check_world(world, unmetered)

    return checking


@pytest.fixture
def delivered(unmetered: Place, clean: Database) -> Delivered:
    """Writes a world, lets everyone follow what they may read, and holds what they are told against the model."""

    async def checking(world: World, chance: Random) -> "Counter[str]":
        await empty(unmetered.owner)
        await write_unindexed(unmetered, world)
        return await check_deliveries(world, unmetered, chance)

    return checking
