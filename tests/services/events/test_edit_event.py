"""editEvent, through GraphQL."""

from collections.abc import Callable

from infra.postgres.database import Database
from tests.client import Client
from tests.factories.cases import drafted_case
from tests.factories.events import edited, en, recorded
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]


async def test_a_record_is_replaced(as_: As, network: SmallNetwork, clean: Database) -> None:
    """The new record stands in the place of the old one, for the same readers, and the change is logged."""
    editor = as_(network.pes_editor)
    event_id = await recorded(editor)
    given = edited(event_id, place=None, participants=[{"country": "FI"}], themes=[en("Trust")], sourceDocument=None)
    await editor.do("editEvent", {**given, "expectedVersion": 1}, "event { id }")
    query = """{ event(slug: "stockholm-2019") {
        place participants { country } themes { statement { text } } sourceDocument { title } revision
    } }"""
    assert (await as_(None).ask(query))["event"] == {
        "place": None,
        "participants": [{"country": "FI"}],
        "themes": [{"statement": {"text": "Trust"}}],
        "sourceDocument": None,
        "revision": None,
    }
    assert (await editor.ask('{ event(slug: "stockholm-2019") { revision } }'))["event"] == {"revision": 2}
    actions = await clean.pool.fetch("select action, organisation from log where subject_type = 'Event' order by id")
    assert [tuple(row) for row in actions] == [("create_event", network.pes), ("edit_event", network.pes)]


async def test_readers_change_when_named(as_: As, network: SmallNetwork) -> None:
    """An audience that is given replaces the former one."""
    editor = as_(network.pes_editor)
    event_id = await recorded(editor)
    await editor.do("editEvent", edited(event_id, audience={"networks": ["learning"]}), "event { id }")
    query = '{ event(slug: "stockholm-2019") { id } }'
    assert (await as_(network.olen_reader).ask(query))["event"] == {"id": event_id}
    assert (await as_(None).ask(query))["event"] is None


async def test_the_host_and_the_recorder_edit(as_: As, network: SmallNetwork) -> None:
    """Editors of the host and of the organisation that recorded an event may change it, and nobody else."""
    event_id = await recorded(as_(network.olen_editor), organisation="olen")
    for token in (network.olen_editor, network.pes_editor, network.steward):
        await as_(token).do("editEvent", edited(event_id), "event { id }")
    for token in (network.olen_reader, network.reviewer, network.outsider):
        assert await as_(token).refused("editEvent", edited(event_id)) == [("FORBIDDEN", "")]


async def test_what_one_cannot_read_is_not_there(as_: As, network: SmallNetwork) -> None:
    """An event of others, an id of another kind and no id at all are refused alike."""
    event_id = await recorded(as_(network.olen_editor), organisation="olen", audience={})
    for unknown in (event_id, "case_00000000000070008000000000000000", "nonsense"):
        assert await as_(network.pes_editor).refused("editEvent", edited(unknown)) == [("NOT_FOUND", "id")]


async def test_an_outdated_change_is_refused(as_: As, network: SmallNetwork) -> None:
    """Whoever started from an earlier record overwrites nothing."""
    editor = as_(network.pes_editor)
    event_id = await recorded(editor)
    await editor.do("editEvent", edited(event_id), "event { id }")
    outdated = {**edited(event_id), "expectedVersion": 1}
    assert await editor.refused("editEvent", outdated) == [("CONFLICT", "expectedVersion")]


async def test_a_bad_change_leaves_everything(as_: As, network: SmallNetwork) -> None:
    """A record that is refused leaves the old one whole."""
    editor = as_(network.pes_editor)
    event_id = await recorded(editor)
    bad = edited(event_id, participants=[{"country": "XX"}], end="2019-01-01")
    refused = await editor.refused("editEvent", bad)
    assert refused == [("INVALID", "end"), ("INVALID", "participants.0.country")]
    query = '{ event(slug: "stockholm-2019") { participants { country } revision } }'
    event = (await editor.ask(query))["event"]
    assert (len(event["participants"]), event["revision"]) == (5, 1)


async def test_cases_that_the_editor_cannot_read_stay(as_: As, network: SmallNetwork) -> None:
    """Whoever replaces a record does not unlink what they were never shown."""
    await drafted_case(as_(network.olen_editor), audience={})
    event_id = await recorded(as_(network.olen_editor), organisation="olen", cases=["olen-vision"])
    await as_(network.pes_editor).do("editEvent", edited(event_id, cases=[]), "event { id }")
    query = '{ event(slug: "stockholm-2019") { cases { slug } } }'
    assert (await as_(network.olen_editor).ask(query))["event"]["cases"] == [{"slug": "olen-vision"}]
    await as_(network.olen_editor).do("editEvent", edited(event_id, cases=[]), "event { id }")
    assert (await as_(network.olen_editor).ask(query))["event"]["cases"] == []
