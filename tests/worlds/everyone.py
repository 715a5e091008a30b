"""Everyone looks at a world, in every way."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar

from tests.worlds.asked import by_name, lists, nodes, search
from tests.worlds.exported import exports, log_exports, logs
from tests.worlds.look import Disagreement, Look, Place, Told, by_token, viewers
from tests.worlds.model import World
from tests.worlds.refused import refusals, subscriptions

Surface = Callable[[Look], AsyncIterator[Told]]
READS: tuple[Surface, ...] = (lists, nodes, by_name, search, logs)
ONCE: tuple[Surface, ...] = (refusals, subscriptions, exports, log_exports)
NARROW: ContextVar[bool] = ContextVar("narrow", default=False)
"""Whether lists are found by the keys of who asks, as they are for whoever may read few of many."""


async def look_around(world: World, place: Place) -> AsyncIterator[Told]:
    """Everyone looks at a world; one of them also tries what they may not do, and takes files away."""
    curious = by_token(next((one for one in world.people if one.organisations), world.people[0]))
    for viewer in viewers(world):
        look = Look(world, viewer, place)
        for surface in (*READS, *(ONCE if viewer == curious else ())):
            async for told in surface(look):
                yield told
        NARROW.set(True)
        async for told in lists(look):
            yield told
        NARROW.set(False)


async def check_world(world: World, place: Place) -> Counter[str]:
    """Raise Disagreement where a surface and the model differ; gives how often they were compared, by surface."""
    compared: Counter[str] = Counter()
    async for surface, told, meant in look_around(world, place):
        compared[surface] += 1
        if told != meant:
            raise Disagreement(surface, told, meant)
    return compared
