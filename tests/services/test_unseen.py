"""What cannot be seen in a text, and what a link may not be: one rule for every text there is."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import name_of
from services.links import check_source
from services.text import as_line, check_line, check_prose
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.events import stockholm
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin, organisation, words

As = Callable[[str | None], Client]
UNSEEN = ["\n", "\r", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u200f", "\u061c", "\u2066"]
TURNS = {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    """What is taken has one line, no control characters and nothing that turns the direction; what was made so is."""
    if not any(check_line(text)):
        assert len(text.splitlines()) <= 1
        assert not any(unicodedata.category(one) == "Cc" or unicodedata.bidirectional(one) in TURNS for one in text)
        assert not any(check_prose(text))
    assert not any(check_line(as_line(text)))


@given(st.text())
def test_prose_has_lines_and_no_other_controls(text: str) -> None:
    """Line feeds, carriage returns and tabs are the only control characters in it."""
    controls = {one for one in text if unicodedata.category(one) == "Cc"} - set("\n\r\t")
    assert any(check_prose(text)) is bool(controls)


@pytest.mark.parametrize("unseen", UNSEEN)
async def test_nobody_is_called_what_cannot_be_seen(as_: As, network: SmallNetwork, unseen: str) -> None:
    """Names of people, organisations, networks and labs, and labels of tokens, are refused with the field."""
    admin, steward = as_(await olen_admin(network)), as_(network.steward)
    name = f"Ann{unseen}Bo"
    member = {"organisation": "olen", "role": "READER", "name": name}
    secret = (await admin.do("inviteMember", {"organisation": "olen", "role": "READER"}, "secret"))["secret"]
    body = {"names": words(name), "slug": "x"}
    for client, mutation, told, field in (
        (admin, "addMember", member, "name"),
        (as_(None), "acceptInvitation", {"secret": secret, "name": name}, "name"),
        (steward, "registerOrganisation", organisation("x", names=words(name)), "names"),
        (steward, "createNetwork", {**body, "facilitators": ["olen"]}, "names"),
        (admin, "createLab", {**body, "organisation": "olen"}, "names"),
        (admin, "issueToken", {"label": name, "scopes": ["READ"], "expiresInDays": 1}, "label"),
    ):
        assert await client.refused(mutation, told) == [("INVALID", field)], mutation


@pytest.mark.parametrize("unseen", ["\n", "\x1b", "\u202e"])
async def test_titles_and_places_are_lines(as_: As, network: SmallNetwork, unseen: str) -> None:
    """So are the names of contacts, and of documents."""
    editor, title = as_(network.olen_editor), f"A{unseen}B"
    contact = {"name": title, "role": words("Contact"), "source": "a report"}
    for changes, field in (
        ({"title": words(title)}, "content.title"),
        ({"contacts": [contact]}, "content.contacts.0.name"),
        ({"sourceDocument": {"title": title}}, "content.sourceDocument.title"),
    ):
        draft = {"slug": "x", "kind": "METHOD", "owner": "olen", "content": content(**changes)}
        ((code, where),) = await editor.refused("draftCase", draft)
        assert (code, where.removeprefix("content.")) == ("INVALID", field.removeprefix("content."))
    event = stockholm(host="olen", place=title)
    assert await editor.refused("createEvent", event) == [("INVALID", "place")]


async def test_prose_keeps_its_lines(as_: As, network: SmallNetwork) -> None:
    """Comments and summaries have lines and tabs; other control characters are refused."""
    editor = as_(network.olen_editor)
    case = await published_case(
        editor, audience={"public": True}, content=content(summary=words("One\n\ttwo\r\nthree"))
    )
    said = {"subject": case, "body": "One\n\ttwo"}
    await editor.do("addComment", said, "comment { id }")
    assert await editor.refused("addComment", {**said, "body": "One\x1b[2J"}) == [("INVALID", "body")]
    draft = {"slug": "x", "kind": "METHOD", "owner": "olen", "content": content(summary=words("\x07"))}
    ((code, _),) = await editor.refused("draftCase", draft)
    assert code == "INVALID"


def test_a_name_of_a_provider_is_cleaned() -> None:
    """Nobody here can mend it, so it is made a line."""
    assert name_of({"name": "Ann\n\x1b[31m \u202eBo\u2028"}, "x") == "Ann [31m Bo"
    assert name_of({"name": "\u202e\n"}, "sub\tject") == "sub ject"


RUNS = ["javascript:alert(1)", "JavaScript: alert(1)", "vbscript :x", "data:text/html,x", "file:///etc/passwd"]
LINKS = ["a report", "https://www.example.org", "doi:10.1000/182", "Data: the survey of 2024", "File 12/3", "urn:x:y"]


def test_what_runs_is_no_source() -> None:
    """An address that a browser would run, or open on the reader's machine, is refused; words are not."""
    assert [one for one in [*RUNS, *LINKS] if any(check_source(one))] == RUNS


@pytest.mark.parametrize("address", RUNS)
async def test_no_address_runs_anything(as_: As, network: SmallNetwork, address: str) -> None:
    """Wherever an address may stand: websites, documents, contacts, concepts, proof of an adoption."""
    editor, admin, steward = as_(network.olen_editor), as_(await olen_admin(network)), as_(network.steward)
    contact = {"name": "Ann", "role": words("Contact"), "source": address}
    drafts: list[dict[str, Any]] = [
        {"contacts": [contact]},
        {"sourceDocument": {"title": "A report", "url": address}},
    ]
    for changes in drafts:
        draft = {"slug": "x", "kind": "METHOD", "owner": "olen", "content": content(**changes)}
        assert [code for code, _ in await editor.refused("draftCase", draft)] == ["INVALID"]
    registered = organisation("x", website=address)
    assert await steward.refused("registerOrganisation", registered) == [("INVALID", "website")]
    concept = {"scheme": "method", "notation": "x", "prefLabel": words("X"), "uri": address}
    assert await steward.refused("defineConcepts", {"concepts": [concept]}) == [("INVALID", "concepts.0.uri")]
    lab = {"slug": "x", "organisation": "olen", "names": words("X")}
    lab["founded"] = [{"value": "2013", "precision": "YEAR", "source": address}]
    assert [code for code, _ in await admin.refused("createLab", lab)] == ["INVALID"]
    assert await drafted_case(editor)
