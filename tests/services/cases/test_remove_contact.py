"""removeContact: at their wish, somebody whom a case names goes out of every version of it."""

from collections.abc import Callable
from typing import Any

import pytest

from services.log import LogEntry
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin

As = Callable[[str | None], Client]
NAME = "Ann Peeters"
TEXT = content(
    contacts=[
        {"name": NAME, "source": "Page 3"},
        {"name": "Ann Peetersen", "source": "Page 4"},
        {"name": NAME.upper(), "source": "Page 5"},
    ]
)
LOG = """{ organisation(slug: "olen") { auditLog(first: 1, filter: {action: "remove_contact"}) {
    nodes { action actor { name } details { name value } } } } }"""


@pytest.fixture
async def case_id(as_: As, network: SmallNetwork) -> str:
    """A public case of Olen's that names Ann, with a second version in draft that names her too."""
    editor = as_(network.olen_editor)
    made = await published_case(editor, content=TEXT, audience={"public": True})
    await editor.do("editCase", {"id": made, "content": TEXT}, "case { id }")
    return made


async def contacts(client: Client, case_id: str) -> dict[int, list[str]]:
    """The names in each version, by its number."""
    query = "query($id: ID!) { node(id: $id) { ... on Case { versions { number contacts { name } } } } }"
    versions: list[dict[str, Any]] = (await client.ask(query, id=case_id))["node"]["versions"]
    return {one["number"]: [contact["name"] for contact in one["contacts"]] for one in versions}


async def test_a_contact_goes_out_of_every_version(as_: As, network: SmallNetwork, case_id: str) -> None:
    """Out of the published version and the draft, in any case of the letters; who is called otherwise stays."""
    editor = as_(network.olen_editor)
    payload = await editor.do("removeContact", {"case": case_id, "name": f" {NAME.lower()} "}, "case { id revision }")
    assert payload["case"]["id"] == case_id
    assert await contacts(editor, case_id) == {1: ["Ann Peetersen"], 2: ["Ann Peetersen"]}


async def test_the_owner_can_read_when_it_was_done(as_: As, network: SmallNetwork, case_id: str) -> None:
    """A line of the log tells who did it and out of which versions, published ones apart; it does not tell the name."""
    await as_(network.olen_editor).do("removeContact", {"case": case_id, "name": NAME}, "case { id }")
    (line,) = (await as_(await olen_admin(network)).ask(LOG))["organisation"]["auditLog"]["nodes"]
    assert (line["action"], line["actor"]["name"]) == ("remove_contact", "Olen editor")
    assert line["details"] == [{"name": "published", "value": "[1]"}, {"name": "versions", "value": "[1, 2]"}]
    assert NAME not in str(await LogEntry.select().where(LogEntry.subject_id == row_id(case_id)))


async def test_who_still_sees_the_name_does_not_write_it_back(as_: As, network: SmallNetwork, case_id: str) -> None:
    """An edit that began before is refused where it says so."""
    editor = as_(network.olen_editor)
    query = "query($id: ID!) { node(id: $id) { ... on Case { revision } } }"
    began = (await editor.ask(query, id=case_id))["node"]["revision"]
    await editor.do("removeContact", {"case": case_id, "name": NAME}, "case { id }")
    stale = {"id": case_id, "content": TEXT, "expectedVersion": began}
    assert await editor.refused("editCase", stale) == [("CONFLICT", "expectedVersion")]


async def test_nobody_of_that_name(as_: As, network: SmallNetwork, case_id: str) -> None:
    """A name that no version has is refused in words, and so is a second time; nothing is logged."""
    editor = as_(network.olen_editor)
    for name in ("Ann", "", "%"):
        assert await editor.refused("removeContact", {"case": case_id, "name": name}) == [("NOT_FOUND", "name")]
    assert not await LogEntry.exists().where(LogEntry.action == "remove_contact")
    await editor.do("removeContact", {"case": case_id, "name": NAME}, "case { id }")
    assert await editor.refused("removeContact", {"case": case_id, "name": NAME}) == [("NOT_FOUND", "name")]


async def test_only_its_owner_removes(as_: As, network: SmallNetwork, case_id: str) -> None:
    """Readers of a public case, of its owner or of others, take nobody out of it."""
    given = {"case": case_id, "name": NAME}
    for token in (network.olen_reader, network.pes_editor, network.outsider, network.steward):
        assert await as_(token).refused("removeContact", given) == [("FORBIDDEN", "")]
    assert (await contacts(as_(network.olen_editor), case_id))[1] == [NAME, "Ann Peetersen", NAME.upper()]


async def test_a_contact_goes_out_of_an_archived_case(as_: As, network: SmallNetwork) -> None:
    """What is kept as it is does not keep somebody who wants to go."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, content=TEXT, audience={"public": True})
    await editor.do("archiveCase", {"id": case_id}, "case { id }")
    await editor.do("removeContact", {"case": case_id, "name": NAME}, "case { id }")
    assert await contacts(editor, case_id) == {1: ["Ann Peetersen"]}
