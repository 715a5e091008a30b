"""Audience ∩ keyring, on every surface, against the model, for random worlds."""

import time
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.conftest import Checked
from tests.worlds.made import make_world
from tests.worlds.model import World

WORLDS = st.builds(make_world, st.randoms())
MANY = 5_000
SURFACES = {
    *("resolver", "node", "list", "connection", "count", "search", "facet", "snippet"),
    *("file link", "error text", "subscription", "export"),
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=WORLDS)
async def test_every_surface_says_what_the_model_says(checked: Checked, world: World) -> None:
    """Whoever looks, and however they ask, they are told of what they may read and of nothing else."""
    await checked(world)


@pytest.mark.deep
async def test_thousands_of_worlds(checked: Checked) -> None:
    """The same for thousands of worlds, each named by a number, so that one can be looked at again."""
    compared: Counter[str] = Counter()
    began = time.monotonic()
    for seed in range(MANY):
        try:
            compared += await checked(make_world(Random(seed)))
        except AssertionError as error:
            error.add_note(f"In the world that make_world(Random({seed})) makes.")
            raise
        if (seed + 1) % 250 == 0:
            taken, times = time.monotonic() - began, sum(compared.values())
            print(f"{seed + 1} worlds in {taken:.0f} s, {times} comparisons")  # noqa: T201 - it takes minutes
    assert set(compared) == SURFACES
    print(dict(compared.most_common()))  # noqa: T201 - as above
