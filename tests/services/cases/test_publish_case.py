"""publishCase, through GraphQL; embargoes and versions that overtake each other are in test_publishing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cases.cases import release_case
from services.cases.tables import CaseVersion
from services.organisations.terms import OrganisationKind, Role
from services.ports import Ports
from services.search.search import index
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork, organisation, person
from tests.factories.organisations import words

As = Callable[[str | None], Client]
PUBLIC = {"public": True}
QUERY = """{ case(slug: "olen-vision") { title { text language } number status lessons { text { text } }
    outcomes { kind } } }"""
VERSION = """query($number: Int!) { case(slug: "olen-vision") { version(number: $number) {
    status number title { text } summary { text } challenge { text } lessons { text { text } }
    outcomes { kind indicator { text } } participations { role organisation { slug } } } } }"""
NODE = "query($id: ID!) { node(id: $id) { id } }"
SEARCH = """{ search(query: "dienstverlening") { totalCount edges { node { __typename ... on Case { slug } } } } }"""


async def submitted(editor: Client, **changes: Any) -> str:
    """A case that was handed in; gives its global id."""
    case_id = await drafted_case(editor, **changes)
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    return case_id


async def test_a_published_case_is_read_by_its_audience(as_: As, network: SmallNetwork) -> None:
    """A case published to everyone is found by somebody who has not signed in, and was not before."""
    editor = as_(network.olen_editor)
    case_id = await submitted(editor, audience=PUBLIC)
    assert (await as_(None).ask(QUERY))["case"] is None
    payload = await editor.do("publishCase", {"id": case_id}, "case { __typename id status revision }")
    assert payload["case"] == {"__typename": "Case", "id": case_id, "status": "PUBLISHED", "revision": 3}
    assert (await as_(None).speaking("en").ask(QUERY))["case"] == {
        "title": {"text": "Valuable services", "language": "en"},
        "number": 1,
        "status": "PUBLISHED",
        "lessons": [{"text": {"text": "Betrek alle partijen."}}],
        "outcomes": [{"kind": "NOT_REPORTED"}],
    }


async def test_an_outsider_sees_nothing_of_it(as_: As, network: SmallNetwork) -> None:
    """A case for the network is read by its members, and is neither at its slug nor a node for an outsider."""
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    assert (await as_(network.pes_editor).ask(NODE, id=case_id))["node"] == {"id": case_id}
    for token in (network.outsider, None):
        assert (await as_(token).ask(QUERY))["case"] is None
        assert (await as_(token).ask(NODE, id=case_id))["node"] is None


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"summary": None}, ["summary"]),
        ({"challenge": None}, ["challenge"]),
        ({"lessons": []}, ["lessons"]),
        ({"lessons": [], "barriers": [words("Time")]}, ["lessons"]),
        ({"outcomes": []}, ["outcomes"]),
        ({"participations": []}, ["participations"]),
        ({"participations": [{"organisation": "olen", "role": "HOST"}]}, ["participations"]),
        ({"participations": [{"organisation": "arbetsformedlingen", "role": "OWNER"}]}, ["participations"]),
        (
            {"summary": None, "challenge": None, "lessons": [], "outcomes": [], "participations": []},
            ["participations", "challenge", "summary", "lessons", "outcomes"],
        ),
    ],
)
async def test_what_is_missing_is_named(
    as_: As, network: SmallNetwork, changes: dict[str, Any], missing: list[str]
) -> None:
    """Rule 1: everything that keeps a case from being published is named, and it stays submitted."""
    editor = as_(network.olen_editor)
    case_id = await submitted(editor, content=content(**changes), audience=PUBLIC)
    refused = await editor.refused("publishCase", {"id": case_id})
    assert refused == [("REQUIRED", field) for field in missing]
    assert (await editor.ask(QUERY))["case"]["status"] == "SUBMITTED"
    assert (await as_(None).ask(QUERY))["case"] is None


async def test_only_a_public_body_owns_a_published_case(as_: As, network: SmallNetwork) -> None:
    """Rule 1: a consultancy may write a case, and must find a public body to publish it."""
    consultancy = await organisation("consultancy", kind=OrganisationKind.CONSULTANCY)
    adviser = as_(await person("Adviser", {consultancy: Role.EDITOR}))
    case_id = await submitted(adviser, owner="consultancy")
    assert await adviser.refused("publishCase", {"id": case_id}) == [("INVALID", "owner")]


@pytest.mark.parametrize("kind", ["NOT_YET_KNOWN", "NOT_REPORTED", "NO_EFFECT", "NEGATIVE"])
async def test_no_effect_is_an_outcome(as_: As, network: SmallNetwork, kind: str) -> None:
    """Rule 1: an answer why there is no figure, or a bad one, can be published like a measured outcome."""
    outcomes = [{"kind": kind, "indicator": words("Satisfaction")}]
    await published_case(as_(network.olen_editor), content=content(outcomes=outcomes), audience=PUBLIC)
    assert (await as_(None).ask(QUERY))["case"]["outcomes"] == [{"kind": kind}]


async def test_the_next_version_takes_the_place_of_the_first(as_: As, network: SmallNetwork) -> None:
    """The address reads like the new version; the old one is superseded and otherwise stays as it was (rule 2)."""
    editor, anyone = as_(network.olen_editor), as_(None).speaking("en")
    case_id = await published_case(editor, audience=PUBLIC)
    before = (await anyone.ask(VERSION, number=1))["case"]["version"]
    assert before["status"] == "PUBLISHED"
    outcomes = [{"kind": "NO_EFFECT", "indicator": words("Visits")}]
    new = content(title=words("Second"), lessons=[words("Other")], outcomes=outcomes, summary=words("New"))
    await editor.do("editCase", {"id": case_id, "content": new}, "case { id }")
    assert (await anyone.ask(VERSION, number=1))["case"]["version"] == before
    assert (await anyone.ask(VERSION, number=2))["case"]["version"] is None
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    assert (await anyone.ask(VERSION, number=1))["case"]["version"] == {**before, "status": "SUPERSEDED"}
    assert (await anyone.ask(QUERY))["case"] == {
        "title": {"text": "Second", "language": "en"},
        "number": 2,
        "status": "PUBLISHED",
        "lessons": [{"text": {"text": "Other"}}],
        "outcomes": [{"kind": "NO_EFFECT"}],
    }


async def test_a_version_is_published_once(as_: As, network: SmallNetwork) -> None:
    """What is published is not published again, nor is a draft before it was submitted."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    assert await editor.refused("publishCase", {"id": case_id}) == [("WRONG_STATE", "")]
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    assert await editor.refused("publishCase", {"id": case_id}) == [("WRONG_STATE", "")]


async def test_an_embargo_keeps_it_back_until_its_end(as_: As, network: SmallNetwork, ports: Ports) -> None:
    """Until the date only the owner sees it, also in search; on the date everyone does, outcomes too (rule 7)."""
    editor = as_(network.olen_editor)
    case_id = await submitted(editor, audience=PUBLIC)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    payload = await editor.do("publishCase", {"id": case_id, "embargoUntil": until}, "case { status }")
    assert payload["case"]["status"] == "PUBLISHED"
    await release_case(row_id(case_id))
    await index(ports.search, "Case", row_id(case_id))
    for token in (network.pes_editor, network.outsider, None):
        assert (await as_(token).ask(QUERY))["case"] is None
        assert (await as_(token).ask(NODE, id=case_id))["node"] is None
        assert (await as_(token).ask(SEARCH))["search"] == {"totalCount": 0, "edges": []}
    assert (await editor.ask(QUERY))["case"]["status"] == "PUBLISHED"

    await CaseVersion.update({CaseVersion.embargo_until: datetime.now(UTC)}).where(CaseVersion.case == row_id(case_id))
    await release_case(row_id(case_id))
    await release_case(row_id(case_id))
    await index(ports.search, "Case", row_id(case_id))
    assert (await as_(None).ask(QUERY))["case"]["outcomes"] == [{"kind": "NOT_REPORTED"}]
    assert "olen-vision" in str(await as_(None).ask(SEARCH))


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
async def test_only_the_owners_editors_publish(as_: As, network: SmallNetwork, role: Role) -> None:
    """A colleague without the role may not; who may not read the case learns nothing of it; an old revision is told."""
    colleague = await person("Colleague", {network.olen: role}, network.network)
    case_id = await submitted(as_(network.olen_editor), audience=PUBLIC)
    assert await as_(colleague).refused("publishCase", {"id": case_id}) == [("FORBIDDEN", "")]
    for token in (network.pes_editor, network.outsider):
        assert await as_(token).refused("publishCase", {"id": case_id}) == [("NOT_FOUND", "id")]
    given = {"id": case_id, "expectedVersion": 1}
    assert await as_(network.olen_editor).refused("publishCase", given) == [("CONFLICT", "expectedVersion")]
