"""How long an answer takes does not tell what is hidden from what does not exist, nor how much of it there is."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import asyncpg
import httpx
import pytest

from infra.postgres.database import Database
from services.ids import new_id
from services.search.ports import DocumentText, SearchDocument
from tests.client import Client
from tests.emptying import empty
from tests.worlds.look import Place, global_id
from tests.worlds.made import LETTERS, anything, make_world, word
from tests.worlds.model import Person, World, keys, readable
from tests.worlds.refused import DOCUMENTS
from tests.worlds.written import write

ASKED = 400
WARM = 50
MOST = 1.03
"""What takes longer by more than this, as surely as chance lets us say it, is told apart."""
WILD = 1.25
"""A median that is off by more was not measured on a machine that measures anything."""
MANY = 2_000

Given = Callable[[], dict[str, str]]
"""The variables of a question, made anew for each time that it is asked."""

_NODE = """query ($id: ID!) { node(id: $id) {
    id
    ... on Case { title { text } versions { id } }
    ... on TestRound { problem { text } comments(first: 9) { totalCount } }
    ... on Artefact { currentVersion { downloadUrl } comments(first: 9) { totalCount } }
    ... on Comment { body replyTo { id } }
} }"""
QUESTIONS = {
    "case by slug": ("Case", "query ($slug: String!) { case(slug: $slug) { id title { text } owner { slug } } }"),
    "round by id": ("TestRound", "query ($id: ID!) { testRound(id: $id) { id problem { text } case { slug } } }"),
    "file by id": ("Artefact", "query ($id: ID!) { artefact(id: $id) { id currentVersion { downloadUrl } } }"),
    **{f"node, {kind}": (kind, _NODE) for kind in ("Case", "TestRound", "Artefact", "Comment")},
    **{f"changes, {kind}": (kind, document) for kind, document in DOCUMENTS.items()},
}
SEARCH = """query ($word: String!) { search(query: $word) {
    totalCount facets { field buckets { value count } } edges { score snippets { text } node { __typename } }
} }"""


@pytest.mark.deep
@pytest.mark.parametrize("question", QUESTIONS)
async def test_hidden_and_unknown_take_as_long(unmetered: Place, clean: Database, question: str) -> None:
    """Asked by turns, the two medians differ by no more than noise; what was measured is printed."""
    kind, asked = QUESTIONS[question]
    world, person, hidden = _world()
    await empty(unmetered.owner)
    await write(unmetered, world)
    slugs = {one.id: one.slug for one in world.cases}
    own = world.organisations[person.organisations[0]]

    def given(row_id: UUID, slug: str) -> dict[str, str]:
        values = {"id": global_id(kind, row_id), "slug": slug, "me": global_id("Person", person.id)}
        return {name: value for name, value in values.items() if f"${name}:" in asked}

    await _compare(
        Client(unmetered.http, person.secret),
        question,
        asked,
        lambda: given(hidden[kind], own if asked.startswith("mutation") else slugs.get(hidden[kind], "")),
        lambda: given(new_id(), own if asked.startswith("mutation") else f"c-{word()}"),
    )


@pytest.mark.deep
@pytest.mark.timeout(900)
async def test_hidden_words_take_as_long(
    unmetered: Place, owner: "asyncpg.Connection[asyncpg.Record]", clean: Database
) -> None:
    """Nor does it take longer to look for a word that is hidden, however many things say it and however it is asked."""
    world, person, _ = _world()
    await empty(unmetered.owner)
    await write(unmetered, world)
    one, many, both, seen = word(), word(), word(), word()
    nobodys = word()  # asked for as often as the others, so that nothing is more familiar than anything else
    hidden = ("organisation:nobody", "network:of-nobody")
    put = unmetered.ports.search.put
    await put([_thing(hidden, one), *(_thing((*hidden, f"person:{n}"), many, both) for n in range(MANY))])
    await put([_thing(("public",), both), _thing(("public",), seen)])
    await owner.execute("vacuum analyze search_entry, search_word, search_reach, search_thing")
    client = Client(unmetered.http, person.secret)

    for name, asked_hidden, asked_unknown in (
        ("a word of one thing", lambda: one, lambda: nobodys),
        (f"a word of {MANY} things", lambda: many, lambda: nobodys),
        ("a slip in a word of one thing", lambda: _slip(one), lambda: _slip(nobodys)),
        (f"a slip in a word of {MANY} things", lambda: _slip(many), lambda: _slip(nobodys)),
        ("the beginning of a word", lambda: many[:8], lambda: nobodys[:8]),
        ("a phrase", lambda: f'"{many} {both}"', lambda: f'"{nobodys} {both}"'),
        ("without a word", lambda: f"{seen} -{many}", lambda: f"{seen} -{nobodys}"),
        (f"a word of one thing to be read and {MANY} others", lambda: both, lambda: seen),
    ):
        await _compare(
            client,
            f"search, {name}",
            SEARCH,
            lambda asked=asked_hidden: {"word": asked()},  # type: ignore[misc]  # one for each turn of the loop
            lambda asked=asked_unknown: {"word": asked()},  # type: ignore[misc]
        )


async def test_what_is_hidden_is_not_waited_for(
    unmetered: Place, owner: "asyncpg.Connection[asyncpg.Record]", clean: Database
) -> None:
    """While somebody else changes a hidden case, whoever tries to is refused at once, as for an unknown one."""
    world, person, hidden = _world()
    await empty(unmetered.owner)
    await write(unmetered, world)
    client = Client(unmetered.http, person.secret)
    async with owner.transaction():
        await owner.execute('select from "case" where id = $1 for update', hidden["Case"])
        async with asyncio.timeout(3):
            refused = await client.refused("publishCase", {"id": global_id("Case", hidden["Case"])})
    assert refused == [("NOT_FOUND", "id")]


def _world() -> tuple[World, Person, Mapping[str, UUID]]:
    """A world in which somebody who works somewhere may not read something of each kind; gives its ids by kind."""
    for seed in range(10_000):
        world = make_world(Random(seed))
        for person in world.people:
            seen = readable(world, keys(world, person))
            hidden = {kind: id_ for kind, id_ in anything(world) if id_ not in seen}
            if person.organisations and DOCUMENTS.keys() <= hidden.keys():
                return world, person, hidden
    raise LookupError("Everyone reads everything.")


def _thing(audience: tuple[str, ...], *said: str) -> SearchDocument:
    return SearchDocument(
        type="Case",
        id=new_id(),
        audience=audience,
        texts={"en": DocumentText("Title", body=" ".join(said))},
        written_in=("en",),
        facets={"type": ("Case",), "topic": said},
        listed_at=datetime.now(UTC),
    )


def _slip(said: str) -> str:
    """The word with one letter wrong."""
    at = random.randrange(2, len(said) - 2)
    return said[:at] + random.choice(LETTERS.replace(said[at], "")) + said[at + 1 :]


async def _compare(client: Client, name: str, asked: str, hidden: Given, unknown: Given) -> None:
    """Ask for what is hidden and for what is not there by turns, and hold the medians against each other."""
    taken: dict[Given, list[float]] = {hidden: [], unknown: []}
    for turn in range(ASKED + WARM):
        for given in random.sample((hidden, unknown), 2):
            seconds = await _timed(client.send, asked, given())
            if turn >= WARM:
                taken[given].append(seconds * 1_000)
    medians = statistics.median(taken[hidden]), statistics.median(taken[unknown])
    ratio = medians[0] / medians[1]
    low, high = _interval(taken[hidden], taken[unknown])
    print(  # noqa: T201 - the measurement is what the test is run for
        f"{name}: hidden {medians[0]:.3f} ms, unknown {medians[1]:.3f} ms, ratio {ratio:.3f} ({low:.3f}–{high:.3f})"
    )
    assert low < MOST, f"{name}: what is hidden takes longer."
    assert high > 1 / MOST, f"{name}: what is hidden takes less long."
    assert 1 / WILD < ratio < WILD, f"{name}: the machine is too busy to tell; run it again."


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
