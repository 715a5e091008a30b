"""The property would notice: each surface, with a mistake in it, differs from the model."""

from random import Random

import pytest

from infra.postgres.database import Database
from tests.emptying import empty
from tests.worlds import bugs, bugs_sent, delivered
from tests.worlds.everyone import look_around
from tests.worlds.look import Disagreement, Place
from tests.worlds.made import make_world
from tests.worlds.model import World
from tests.worlds.written import write

WORLDS = 40
MISTAKES = {**bugs.MISTAKES, **bugs_sent.MISTAKES}


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_is_noticed(
    unmetered: Place, clean: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Within a few worlds the surface that the mistake is in says something else than the model."""
    surface, mistake = MISTAKES[name]
    monkeypatch.setattr(delivered, "PATIENCE", 1.0)
    for seed in range(WORLDS):
        world = make_world(Random(seed))
        await empty(unmetered.owner)
        async with mistake(monkeypatch, unmetered.owner):
            await write(unmetered, world)
            if await _differs(surface, world, unmetered, Random(seed)):
                return
    pytest.fail(f"In {WORLDS} worlds nobody noticed that {name}.")


async def _differs(surface: str, world: World, place: Place, chance: Random) -> bool:
    """Whether a surface says something else of a world than the model."""
    if surface == "delivery":
        try:
            await delivered.check_deliveries(world, place, chance)
        except Disagreement:
            return True
        return False
    async for named, told, meant in look_around(world, place):
        if named == surface and told != meant:
            return True
    return False
