"""Audience ∩ keyring, on every surface, against the model, for random worlds.

A world is made by chance (`made.py`) and written straight to the tables (`rows.py`, `written.py`). `model.py` says who
may read what of it. Then everyone looks at it (`everyone.py`), each surface yielding what it told beside what the model
says: what is read (`asked.py`), refused (`refused.py`) or handed out (`exported.py`). Or else something happens in it
(`happenings.py`) while everyone follows all that they may (`streams.py`), and hears of it (`delivered.py`). Each way of
going wrong, in `bugs.py` and `bugs_sent.py`, is one that this notices (`test_mistakes.py`).
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.conftest import Checked, Delivered
from tests.worlds.made import make_world
from tests.worlds.model import World

WORLDS = st.builds(make_world, st.randoms())
MANY = 5_000
SURFACES = {
    *("resolver", "node", "list", "connection", "count", "search", "facet", "snippet"),
    *("file link", "error text", "subscription", "export", "log", "log export"),
}
DELIVERIES = {
    *(f"{kind}: {outcome}" for kind in ("comment", "comment elsewhere") for outcome in ("told", "not told", "over")),
    *(f"{kind} shared: {outcome}" for kind in ("case", "round") for outcome in ("told", "not told", "ended", "over")),
    *(f"case edited: {outcome}" for outcome in ("told", "not told", "over")),
    *(f"embargo ended: {outcome}" for outcome in ("told", "not told", "ended", "over")),
    *(f"{way} left: {outcome}" for way in ("organisation", "network") for outcome in ("not told", "ended", "over")),
    *(f"{way} ended: {outcome}" for way in ("admission", "review") for outcome in ("not told", "ended", "over")),
    *(f"fence: {outcome}" for outcome in ("told", "not told", "over")),
}
"""What happened: whom it was to be told of, whom not, whose subscription it was to end, and whose was over before."""


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=WORLDS)
async def test_every_surface_says_what_the_model_says(checked: Checked, world: World) -> None:
    """Whoever looks, and however they ask, they are told of what they may read and of nothing else."""
    await checked(world)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=WORLDS, seed=st.integers(0, 2**32))
async def test_everyone_is_told_what_the_model_says(delivered: Delivered, world: World, seed: int) -> None:
    """Whoever follows something is told of what they may read and of nothing else, until they may not read it."""
    await delivered(world, Random(seed))


@pytest.mark.deep
@pytest.mark.timeout(3 * 3600)
async def test_thousands_of_worlds(checked: Checked) -> None:
    """The same for thousands of worlds, each named by a number, so that one can be looked at again."""
    assert set(await _in_many(lambda seed: checked(make_world(Random(seed))))) == SURFACES


@pytest.mark.deep
@pytest.mark.timeout(3 * 3600)
async def test_thousands_of_deliveries(delivered: Delivered) -> None:
    """The same of what is told as it happens, which takes longer: each event is asked for by all who follow it."""
    assert set(await _in_many(lambda seed: delivered(make_world(Random(seed)), Random(seed)))) == DELIVERIES


async def _in_many(look: Callable[[int], Awaitable[Counter[str]]]) -> Counter[str]:
    """Look at thousands of worlds; gives how often each thing was compared. It takes long, and says how far it is."""
    compared: Counter[str] = Counter()
    began = time.monotonic()
    for seed in range(MANY):
        try:
            compared += await look(seed)
        except AssertionError as error:
            error.add_note(f"In the world that make_world(Random({seed})) makes, with Random({seed}).")
            raise
        if (seed + 1) % 250 == 0:
            taken = time.monotonic() - began
            print(f"{seed + 1} worlds in {taken:.0f} s, {compared.total()} comparisons")  # noqa: T201 - see above
    print(dict(compared.most_common()))  # noqa: T201 - what was compared is what the test is run for
    return compared
