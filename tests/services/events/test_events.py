"""Lists of events, and events as the index holds them."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from services.events.document import document
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.events import en, recorded
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
LIST = """query($filter: EventFilter, $order: EventOrder) {
    events(filter: $filter, orderBy: $order, first: 10) { nodes { slug } }
}"""


@pytest.fixture
async def three(as_: As, network: SmallNetwork) -> None:
    """Events of 2019, 2021 and 2020, recorded in this order."""
    pes, olen = as_(network.pes_editor), as_(network.olen_editor)
    await recorded(pes, slug="first")
    await recorded(olen, slug="second", host="olen", start="2021-05-01", end=None, country="BE", participants=[])
    fair: dict[str, Any] = {
        "kind": "CONGRESS",
        "start": "2020-01-01",
        "end": "2020-12-31",
        "country": None,
        "participants": [],
    }
    await recorded(pes, slug="third", **fair)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ["third", "second", "first"]),
        ("NEWEST", ["third", "second", "first"]),
        ("LATEST", ["second", "third", "first"]),
        ("EARLIEST", ["first", "third", "second"]),
    ],
)
@pytest.mark.usefixtures("three")
async def test_events_are_sorted(as_: As, order: str | None, expected: list[str]) -> None:
    """By when they were recorded, the last first, or by when they began."""
    nodes = (await as_(None).ask(LIST, order=order))["events"]["nodes"]
    assert [node["slug"] for node in nodes] == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"country": ["SE"]}, ["first"]),
        ({"country": ["SE", "BE"]}, ["second", "first"]),
        ({"participantCountry": ["FR"]}, ["first"]),
        ({"kind": ["CONGRESS"]}, ["third"]),
        ({"organisation": "olen"}, ["second", "first"]),
        ({"organisation": "arbetsformedlingen"}, ["third", "first"]),
        ({"from": "2020-06-01"}, ["third", "second"]),
        ({"to": "2020-06-01"}, ["third", "first"]),
        ({"from": "2020-06-01", "to": "2020-06-30"}, ["third"]),
        ({"country": ["FR"]}, []),
    ],
)
@pytest.mark.usefixtures("three")
async def test_events_are_narrowed(as_: As, conditions: dict[str, Any], expected: list[str]) -> None:
    """By where and when they were held, by who took part, and by kind; all conditions hold together."""
    nodes = (await as_(None).ask(LIST, filter=conditions))["events"]["nodes"]
    assert [node["slug"] for node in nodes] == expected


@pytest.mark.usefixtures("three")
async def test_pages_follow_each_other(as_: As) -> None:
    """Paging by when events began visits each once."""
    query = """query($after: String) { events(orderBy: EARLIEST, first: 2, after: $after) {
        nodes { slug } pageInfo { endCursor hasNextPage }
    } }"""
    first = (await as_(None).ask(query))["events"]
    second = (await as_(None).ask(query, after=first["pageInfo"]["endCursor"]))["events"]
    assert [node["slug"] for node in (*first["nodes"], *second["nodes"])] == ["first", "third", "second"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_case_lists_its_events(as_: As, network: SmallNetwork) -> None:
    """From a case one comes to the events at which it was shown, and from there to the other cases."""
    editor = as_(network.olen_editor)
    await published_case(editor, slug="one", audience={"public": True})
    await published_case(editor, slug="two", audience={"public": True})
    await recorded(editor, organisation="olen", slug="with-both", cases=["two", "one"])
    await recorded(editor, organisation="olen", slug="with-none")
    query = (
        '{ case(slug: "one") { events(first: 5) { nodes { slug cases { slug events(first: 5) { totalCount } } } } } }'
    )
    nodes = (await as_(None).ask(query))["case"]["events"]["nodes"]
    cases = [{"slug": slug, "events": {"totalCount": 1}} for slug in ("two", "one")]
    assert nodes == [{"slug": "with-both", "cases": cases}]


async def test_an_event_is_indexed(as_: As, network: SmallNetwork, clean: Database) -> None:
    """The index holds what is said of an event, where it was held, who took part and who may read it."""
    await recorded(as_(network.pes_editor), names=[*en("Workshop"), {"language": "sv", "text": "Verkstad"}])
    made = await document(await clean.pool.fetchval("select id from event"))
    assert made is not None
    assert made.type == "Event"
    assert "public" in made.audience
    assert (made.texts["en"].title, made.texts["sv"].title) == ("Workshop", "Verkstad")
    assert "An ageing workforce" in made.texts["en"].body
    assert "Stockholm" in made.texts["en"].body
    assert made.facets["country"] == ("SE",)
    assert made.facets["organisation"] == ("arbetsformedlingen", "olen")
    assert await document(network.olen) is None
