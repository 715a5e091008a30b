"""Everyone looks at a world, in every way."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar

import httpx

from tests.worlds.asked import by_name, lists, nodes, search
from tests.worlds.look import Disagreement, Look, Told
from tests.worlds.model import (
    World,
)
from tests.worlds.refused import exports, refusals, subscriptions

Surface = Callable[[Look], AsyncIterator[Told]]
READS: tuple[Surface, ...] = (lists, nodes, by_name, search)
CHANGES: tuple[Surface, ...] = (refusals, subscriptions, exports)
NARROW: ContextVar[bool] = ContextVar("narrow", default=False)
"""Whether lists are found by the keys of who asks, as they are for whoever may read few of many."""


async def look_around(world: World, http: httpx.AsyncClient) -> AsyncIterator[Told]:
    """Everyone and nobody look at a world; one of them tries to change it, and to follow what they may not see."""
    curious = next((one for one in world.people if one.organisations), world.people[0])
    for person in (None, *world.people):
        look = Look(world, person, http)
        for surface in (*READS, *(CHANGES if person is curious else ())):
            async for told in surface(look):
                yield told
        NARROW.set(True)
        async for told in lists(look):
            yield told
        NARROW.set(False)


async def check_world(world: World, http: httpx.AsyncClient) -> Counter[str]:
    """Raise Disagreement where a surface and the model differ; gives how often they were compared, by surface."""
    compared: Counter[str] = Counter()
    async for surface, told, meant in look_around(world, http):
        compared[surface] += 1
        if told != meant:
            raise Disagreement(surface, told, meant)
    return compared
