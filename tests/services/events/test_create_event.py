"""createEvent, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.events import en, recorded, stockholm
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
EVERYTHING = """{ event(slug: "stockholm-2019") {
    kind name { text } summary { text } start end place country host { slug } organisation { slug }
    participants { country organisation { slug } } participantCountries themes { statement { text } }
    cases { slug } sourceDocument { title publisher publishedOn url } revision
} }"""


async def test_an_event_is_read_as_it_was_recorded(as_: As, network: SmallNetwork) -> None:
    """Everything that is recorded of an event stands in a field of its own, in the order given."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    await recorded(as_(network.pes_editor), cases=["olen-vision"])
    assert (await as_(None).ask(EVERYTHING))["event"] == {
        "kind": "WORKSHOP",
        "name": {"text": "Creating services with customers"},
        "summary": {"text": "Two days on how customers help to design services."},
        "start": "2019-09-25",
        "end": "2019-09-26",
        "place": "Stockholm",
        "country": "SE",
        "host": {"slug": "arbetsformedlingen"},
        "organisation": {"slug": "arbetsformedlingen"},
        "participants": [
            {"country": "SE", "organisation": {"slug": "arbetsformedlingen"}},
            {"country": "BE", "organisation": {"slug": "olen"}},
            {"country": "BE", "organisation": None},
            {"country": "FR", "organisation": None},
            {"country": "DK", "organisation": None},
        ],
        "participantCountries": ["SE", "BE", "FR", "DK"],
        "themes": [{"statement": {"text": "Digitalisation"}}, {"statement": {"text": "An ageing workforce"}}],
        "cases": [{"slug": "olen-vision"}],
        "sourceDocument": {"title": "News", "publisher": "A ministry", "publishedOn": "2020-01-30", "url": None},
        "revision": None,
    }


async def test_the_least_that_can_be_recorded(as_: As, network: SmallNetwork) -> None:
    """What is not known stays empty, and an event without a last day lasted one."""
    least = {"slug": "open-day", "kind": "SEMINAR", "names": en("Open day"), "start": "2026-03-01", "host": "olen"}
    await as_(network.olen_editor).do("createEvent", least, "event { id }")
    query = """{ event(slug: "open-day") { end place country summary { text } participants { country } sourceDocument
        { title } } }"""
    assert (await as_(network.olen_reader).ask(query))["event"] == {
        "end": "2026-03-01",
        "place": None,
        "country": None,
        "summary": None,
        "participants": [],
        "sourceDocument": None,
    }


async def test_without_an_audience_only_the_organisation_reads(as_: As, network: SmallNetwork) -> None:
    """An event that names no readers is its organisation's; to the others it does not exist, on any surface."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    event_id = await recorded(as_(network.olen_editor), organisation="olen", audience=None, cases=["olen-vision"])
    query = """query($id: ID!) {
        event(slug: "stockholm-2019") { id }
        node(id: $id) { id }
        events(first: 5) { totalCount nodes { id } }
        case(slug: "olen-vision") { events(first: 5) { totalCount nodes { id } } }
    }"""
    seen = {"id": event_id}
    listed = {"totalCount": 1, "nodes": [seen]}
    own = {"event": seen, "node": seen, "events": listed, "case": {"events": listed}}
    assert await as_(network.olen_reader).ask(query, id=event_id) == own
    nothing = {"totalCount": 0, "nodes": []}
    for token in (network.pes_editor, network.outsider, None):
        seen_by_others = {"event": None, "node": None, "events": nothing, "case": {"events": nothing}}
        assert await as_(token).ask(query, id=event_id) == seen_by_others


async def test_cases_are_shown_to_their_readers_only(as_: As, network: SmallNetwork) -> None:
    """An event that everyone reads gives away no case that not everyone reads."""
    await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    await recorded(as_(network.pes_editor), cases=["olen-vision"])
    query = '{ event(slug: "stockholm-2019") { cases { slug } } }'
    assert (await as_(network.reviewer).ask(query))["event"]["cases"] == [{"slug": "olen-vision"}]
    assert (await as_(None).ask(query))["event"]["cases"] == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"slug": "Not A Slug"}, ("INVALID", "slug")),
        ({"end": "2019-09-24"}, ("INVALID", "end")),
        ({"names": []}, ("REQUIRED", "names")),
        ({"names": en("a" * 201)}, ("TOO_LONG", "names")),
        ({"summary": en("a" * 501)}, ("TOO_LONG", "summary")),
        ({"place": " "}, ("INVALID", "place")),
        ({"country": "EL"}, ("INVALID", "country")),
        ({"country": "se"}, ("INVALID", "country")),
        ({"participants": [{"country": "XX"}]}, ("INVALID", "participants.0.country")),
        ({"participants": [{"country": "SE"}, {"country": "SE"}]}, ("INVALID", "participants.1")),
        (
            {"participants": [{"country": "SE", "organisation": "nobody"}]},
            ("NOT_FOUND", "participants.0.organisation"),
        ),
        ({"themes": [en("Trust")] * 1001}, ("TOO_LONG", "themes")),
        ({"themes": [[]]}, ("REQUIRED", "themes.0")),
        ({"host": "nobody"}, ("NOT_FOUND", "host")),
        ({"host": None}, ("REQUIRED", "organisation")),
        ({"organisation": "nobody"}, ("NOT_FOUND", "organisation")),
        ({"cases": ["nowhere"]}, ("NOT_FOUND", "cases.0")),
        ({"sourceDocument": {"title": ""}}, ("INVALID", "sourceDocument.title")),
        ({"sourceDocument": {"title": "A", "url": "javascript:alert(1)"}}, ("INVALID", "sourceDocument.url")),
        ({"audience": {"networks": ["nowhere"]}}, ("NOT_FOUND", "audience.networks")),
    ],
)
async def test_what_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, clean: Database, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Each flaw is named with its field, and nothing is stored."""
    assert await as_(network.pes_editor).refused("createEvent", stockholm(**changes)) == [problem]
    assert await clean.pool.fetchval("select count(*) from event") == 0


async def test_others_drafts_cannot_be_named(as_: As, network: SmallNetwork) -> None:
    """A case that one may not read is refused in the same words as one that does not exist."""
    await drafted_case(as_(network.olen_editor), audience={})
    refused = await as_(network.pes_editor).refused("createEvent", stockholm(cases=["olen-vision"]))
    assert refused == [("NOT_FOUND", "cases.0")]


async def test_events_are_recorded_for_ones_own_organisation(as_: As, network: SmallNetwork) -> None:
    """An editor records for their own organisation, whoever was the host; only a steward may for any."""
    for token in (network.olen_editor, network.olen_reader, network.reviewer, network.outsider):
        assert await as_(token).refused("createEvent", stockholm()) == [("FORBIDDEN", "")]
    assert await as_(network.pes_editor).refused("createEvent", stockholm(organisation="olen")) == [("FORBIDDEN", "")]
    await recorded(as_(network.olen_editor), organisation="olen")
    await recorded(as_(network.steward), slug="by-the-steward")
    query = "{ events(first: 5) { nodes { slug host { slug } organisation { slug } } } }"
    nodes = (await as_(None).ask(query))["events"]["nodes"]
    assert [(node["slug"], node["host"]["slug"], node["organisation"]["slug"]) for node in nodes] == [
        ("by-the-steward", "arbetsformedlingen", "arbetsformedlingen"),
        ("stockholm-2019", "arbetsformedlingen", "olen"),
    ]


async def test_a_slug_is_taken_once(as_: As, network: SmallNetwork) -> None:
    """A second event cannot stand at the same address."""
    await recorded(as_(network.pes_editor))
    assert await as_(network.pes_editor).refused("createEvent", stockholm()) == [("ALREADY_EXISTS", "slug")]


async def test_a_repeated_request_records_once(as_: As, network: SmallNetwork) -> None:
    """The same request with the same key gives the same event; another request with it is refused."""
    editor = as_(network.pes_editor)
    first = await recorded(editor, idempotencyKey="once")
    assert await recorded(editor, idempotencyKey="once") == first
    other = stockholm(place="Malmö", idempotencyKey="once")
    assert await editor.refused("createEvent", other) == [("KEY_REUSED", "idempotencyKey")]
