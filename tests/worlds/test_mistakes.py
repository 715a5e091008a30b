"""The property would notice: each surface, with a mistake in it, differs from the model."""

from random import Random

import asyncpg
import httpx
import pytest

from infra.postgres.database import Database
from services.ports import Ports
from tests.worlds.bugs import MISTAKES
from tests.worlds.everyone import look_around
from tests.worlds.made import make_world
from tests.worlds.written import forget, write

WORLDS = 40


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_is_noticed(  # noqa: PLR0917 - fixtures come by name
    unmetered: httpx.AsyncClient,
    owner: "asyncpg.Connection[asyncpg.Record]",
    ports: Ports,
    clean: Database,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """Within a few worlds the surface that the mistake is in says something else than the model."""
    surface, mistake = MISTAKES[name]
    for seed in range(WORLDS):
        world = make_world(Random(seed))
        await forget(owner)
        async with mistake(monkeypatch, owner):
            await write(owner, ports, world)
            async for named, told, meant in look_around(world, unmetered):
                if named == surface and told != meant:
                    return
    pytest.fail(f"In {WORLDS} worlds nobody noticed that {name}.")
