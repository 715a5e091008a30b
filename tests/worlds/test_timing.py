"""How long an answer takes does not tell what is hidden from what does not exist."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from random import Random

import asyncpg
import httpx
import pytest

from infra.postgres.database import Database
from services.ids import new_id
from services.ports import Ports
from tests.client import Client
from tests.worlds.look import Place, global_id
from tests.worlds.made import make_world, word
from tests.worlds.model import Case, Person, World, keys, readable
from tests.worlds.refused import DOCUMENTS
from tests.worlds.written import forget, write

ASKED = 400
LEAST, MOST = 0.8, 1.25
QUESTIONS = {
    "case by slug": "query ($slug: String!) { case(slug: $slug) { id title { text } owner { slug } } }",
    "node": "query ($id: ID!) { node(id: $id) { id ... on Case { title { text } versions { id } } } }",
    "search": "query ($word: String!) { search(query: $word) { totalCount edges { node { __typename } } } }",
    "six changes": DOCUMENTS["Case"],
}


def _world() -> tuple[World, Person, Case]:
    """A world in which somebody who works somewhere may not read a case."""
    for seed in range(1_000):
        world = make_world(Random(seed))
        for person in world.people:
            hidden = [one for one in world.cases if one.id not in readable(world, keys(world, person))]
            if person.organisations and hidden:
                return world, person, hidden[0]
    raise LookupError("Everyone reads everything.")


@pytest.mark.deep
@pytest.mark.parametrize("question", QUESTIONS)
async def test_hidden_and_unknown_take_as_long(
    unmetered: Place,
    owner: "asyncpg.Connection[asyncpg.Record]",
    ports: Ports,
    clean: Database,
    question: str,
) -> None:
    """Asked by turns, the two medians differ by no more than noise; what was measured is printed."""
    world, person, case = _world()
    await forget(unmetered)
    await write(unmetered, world)
    client = Client(unmetered.http, person.secret)
    asked = QUESTIONS[question]
    own = world.organisations[person.organisations[0]]

    def given(hidden: bool) -> dict[str, str]:  # noqa: FBT001 - the two sides of the comparison
        values = {
            "id": global_id("Case", case.id if hidden else new_id()),
            "slug": case.slug if hidden else f"c-{word()}",
            "word": case.versions[0].token if hidden else word(),
            "me": global_id("Person", person.id),
        }
        if question == "six changes":
            values["slug"] = own
        return {name: value for name, value in values.items() if f"${name}:" in asked}

    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(ASKED + 50):
        for hidden in random.sample((True, False), 2):
            seconds = await _timed(client.send, asked, given(hidden))
            if turn >= 50:
                taken[hidden].append(seconds * 1_000)
    ratio = statistics.median(taken[True]) / statistics.median(taken[False])
    low, high = _interval(taken[True], taken[False])
    print(  # noqa: T201 - the measurement is what the test is run for
        f"{question}: hidden {statistics.median(taken[True]):.3f} ms, unknown {statistics.median(taken[False]):.3f} ms,"
        f" ratio {ratio:.3f} ({low:.3f}–{high:.3f})"
    )
    assert low < MOST, "What is hidden takes longer."
    assert high > LEAST, "What is hidden takes less long."
    assert LEAST < ratio < MOST


async def test_what_is_hidden_is_not_waited_for(
    unmetered: Place, owner: "asyncpg.Connection[asyncpg.Record]", ports: Ports, clean: Database
) -> None:
    """While somebody else changes a hidden case, whoever tries to is refused at once, as for an unknown one."""
    world, person, case = _world()
    await forget(unmetered)
    await write(unmetered, world)
    client = Client(unmetered.http, person.secret)
    async with owner.transaction():
        await owner.execute('select from "case" where id = $1 for update', case.id)
        async with asyncio.timeout(3):
            refused = await client.refused("publishCase", {"id": global_id("Case", case.id)})
    assert refused == [("NOT_FOUND", "id")]


async def _timed(send: Callable[..., Awaitable[httpx.Response]], asked: str, given: dict[str, str]) -> float:
    began = time.perf_counter()
    await send(asked, **given)
    return time.perf_counter() - began


def _interval(hidden: list[float], unknown: list[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the ratio of the medians."""
    ratios = sorted(
        statistics.median(random.choices(hidden, k=len(hidden)))
        / statistics.median(random.choices(unknown, k=len(unknown)))
        for _ in range(500)
    )
    return ratios[12], ratios[-13]
