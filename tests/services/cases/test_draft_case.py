"""draftCase, through GraphQL; what the text itself can say and cannot is in test_content."""

from collections.abc import Callable
from typing import Any

import pytest

from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import content, drafted_case
from tests.factories.network import SmallNetwork, person

As = Callable[[str | None], Client]
QUERY = """{ case(slug: "olen-vision") { __typename slug kind isExample status number revision owner { slug }
    title { text } versions { number status } } }"""
COUNT = "{ cases(first: 1) { totalCount } }"


def new(**changes: Any) -> dict[str, Any]:
    """Input of draftCase."""
    return {"slug": "olen-vision", "kind": "METHOD", "owner": "olen", "content": content(), **changes}


async def test_a_draft_is_seen_by_its_owner_alone(as_: As, network: SmallNetwork) -> None:
    """A draft reads as it was written for the owner's organisation, and is nowhere for anybody else."""
    given = new(isExample=True, audience={"public": True})
    payload = await as_(network.olen_editor).do("draftCase", given, "case { __typename slug }")
    assert payload["case"] == {"__typename": "Case", "slug": "olen-vision"}
    assert (await as_(network.olen_reader).speaking("en").ask(QUERY))["case"] == {
        "__typename": "Case",
        "slug": "olen-vision",
        "kind": "METHOD",
        "isExample": True,
        "status": "DRAFT",
        "number": 1,
        "revision": 1,
        "owner": {"slug": "olen"},
        "title": {"text": "Valuable services"},
        "versions": [{"number": 1, "status": "DRAFT"}],
    }
    for token in (network.pes_editor, network.outsider, None):
        assert (await as_(token).ask(QUERY))["case"] is None
        assert (await as_(token).ask(COUNT))["cases"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"owner": "nobody"}, ("NOT_FOUND", "owner")),
        ({"owner": "arbetsformedlingen"}, ("FORBIDDEN", "")),
        ({"slug": "Not A Slug"}, ("INVALID", "slug")),
        ({"slug": "x" * 121}, ("INVALID", "slug")),
        ({"audience": {"networks": ["unknown"]}}, ("NOT_FOUND", "audience.networks")),
        ({"audience": {"organisations": ["unknown"]}}, ("NOT_FOUND", "audience.organisations")),
        ({"content": {"title": []}}, ("REQUIRED", "content.title")),
        ({"idempotencyKey": ""}, ("INVALID", "idempotencyKey")),
    ],
)
async def test_what_is_wrong_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """A draft that names what is not there, or that its author may not write, is refused by code and field."""
    editor = as_(network.olen_editor)
    assert await editor.refused("draftCase", new(**changes)) == [refusal]
    assert (await editor.ask(COUNT))["cases"]["totalCount"] == 0


async def test_a_network_that_its_author_cannot_see_is_none(as_: As, network: SmallNetwork) -> None:
    """An outsider who names the network is answered as if there were no such network."""
    given = new(owner="outside-agency", audience={"networks": ["learning"]})
    assert await as_(network.outsider).refused("draftCase", given) == [("NOT_FOUND", "audience.networks")]


async def test_a_draft_needs_no_more_than_a_title(as_: As, network: SmallNetwork) -> None:
    """What a published case must have may still be missing from a draft (rule 1)."""
    editor = as_(network.olen_editor)
    await drafted_case(editor, content={"title": content()["title"]})
    assert (await editor.ask(QUERY))["case"]["status"] == "DRAFT"


async def test_a_slug_is_given_once(as_: As, network: SmallNetwork) -> None:
    """Two cases cannot stand at one address, even when the first is a draft of somebody else."""
    await drafted_case(as_(network.olen_editor))
    given = new(owner="arbetsformedlingen")
    assert await as_(network.pes_editor).refused("draftCase", given) == [("ALREADY_EXISTS", "slug")]


async def test_the_same_request_makes_nothing_twice(as_: As, network: SmallNetwork) -> None:
    """With one idempotency key the same draft is made once; another input under that key is refused."""
    editor = as_(network.olen_editor)
    given = new(idempotencyKey="once")
    first = await editor.do("draftCase", given, "case { id revision }")
    assert await editor.do("draftCase", given, "case { id revision }") == first
    assert (await editor.ask(COUNT))["cases"]["totalCount"] == 1
    refused = await editor.refused("draftCase", {**given, "slug": "another"})
    assert refused == [("KEY_REUSED", "idempotencyKey")]


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
async def test_drafting_needs_an_editor(as_: As, network: SmallNetwork, role: Role) -> None:
    """A reader and a reviewer of the owner draft nothing; nobody in particular is asked to sign in."""
    colleague = as_(await person("Colleague", {network.olen: role}, network.network))
    assert await colleague.refused("draftCase", new()) == [("FORBIDDEN", "")]
    document = "mutation($input: DraftCaseInput!) { draftCase(input: $input) { case { id } } }"
    assert (await as_(None).send(document, input=new())).status_code == 401
    assert (await as_(network.olen_editor).ask(COUNT))["cases"]["totalCount"] == 0
