"""editCase, through GraphQL."""

from collections.abc import Callable

import pytest

from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import words

As = Callable[[str | None], Client]
PUBLIC = {"public": True}
QUERY = """{ case(slug: "olen-vision") { title { text } number status revision lessons { text { text } }
    versions { number status title { text } lessons { text { text } } outcomes { kind } } } }"""


async def test_a_draft_is_rewritten(as_: As, network: SmallNetwork) -> None:
    """An edit replaces the whole text of a draft, its parts too, and no version is added."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    new = content(title=words("Better"), lessons=[words("Ask"), words("Listen")], outcomes=[])
    payload = await editor.do("editCase", {"id": case_id, "content": new}, "case { __typename id }")
    assert payload["case"] == {"__typename": "Case", "id": case_id}
    lessons = [{"text": {"text": "Ask"}}, {"text": {"text": "Listen"}}]
    assert (await editor.ask(QUERY))["case"] == {
        "title": {"text": "Better"},
        "number": 1,
        "status": "DRAFT",
        "revision": 2,
        "lessons": lessons,
        "versions": [{"number": 1, "status": "DRAFT", "title": {"text": "Better"}, "lessons": lessons, "outcomes": []}],
    }


async def test_a_published_version_never_changes(as_: As, network: SmallNetwork) -> None:
    """After publication an edit opens the next version, which only the owner sees; readers keep the old (rule 2)."""
    editor, anyone = as_(network.olen_editor), as_(None).speaking("en")
    case_id = await published_case(editor, audience=PUBLIC)
    before = (await anyone.ask(QUERY))["case"]
    for title in ("Second", "Second, again"):
        given = {"id": case_id, "content": content(title=words(title), lessons=[words("Other")])}
        await editor.do("editCase", given, "case { id }")
    after = (await anyone.ask(QUERY))["case"]
    assert after == before
    own = (await editor.ask(QUERY))["case"]
    assert [(version["number"], version["status"]) for version in own["versions"]] == [(1, "PUBLISHED"), (2, "DRAFT")]
    assert own["versions"][0] == before["versions"][0] | {"title": own["versions"][0]["title"]}
    assert own["versions"][1]["title"] == {"text": "Second, again"}
    assert own["number"] == 1


async def test_what_was_withdrawn_is_taken_up_again(as_: As, network: SmallNetwork) -> None:
    """Editing a withdrawn version makes it a draft again."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await editor.do("withdrawCase", {"id": case_id}, "case { id }")
    payload = await editor.do("editCase", {"id": case_id, "content": content()}, "case { status number }")
    assert payload["case"] == {"status": "DRAFT", "number": 1}


async def test_what_was_submitted_stands_still(as_: As, network: SmallNetwork) -> None:
    """A version in review cannot be edited until changes are requested, and keeps that state while it is edited."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    given = {"id": case_id, "content": content()}
    for mutation in ("submitCase", "startCaseReview"):
        await editor.do(mutation, {"id": case_id}, "case { id }")
        assert await editor.refused("editCase", given) == [("WRONG_STATE", "")]
    await editor.do("requestCaseChanges", {"id": case_id, "note": "Add a phase."}, "case { id }")
    payload = await editor.do("editCase", given, "case { status }")
    assert payload["case"] == {"status": "CHANGES_REQUESTED"}


async def test_an_edit_may_change_who_is_to_read_it(as_: As, network: SmallNetwork) -> None:
    """The audience of an edit takes the place of the one before; without one, it stays."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    given = {"id": case_id, "content": content(), "audience": {"networks": ["learning"]}}
    await editor.do("editCase", given, "case { id }")
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    for mutation in ("submitCase", "publishCase"):
        await editor.do(mutation, {"id": case_id}, "case { id }")
    assert (await as_(network.pes_editor).ask(QUERY))["case"] is not None
    assert (await as_(network.outsider).ask(QUERY))["case"] is None


async def test_a_refused_edit_changes_nothing(as_: As, network: SmallNetwork) -> None:
    """What is wrong is told by its place in the input, and the draft stays as it was."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    before = (await editor.ask(QUERY))["case"]
    for changes, refusal in (
        ({"content": content(title=[], lessons=[])}, ("REQUIRED", "content.title")),
        ({"content": content(lessons=[[]])}, ("REQUIRED", "content.lessons.0")),
        ({"content": content(), "audience": {"networks": ["unknown"]}}, ("NOT_FOUND", "audience.networks")),
        ({"content": content(), "expectedVersion": 7}, ("CONFLICT", "expectedVersion")),
        ({"content": content(), "id": "practice_1"}, ("NOT_FOUND", "id")),
    ):
        assert await editor.refused("editCase", {"id": case_id, **changes}) == [refusal]
    assert (await editor.ask(QUERY))["case"] == before


async def test_a_lost_update_is_refused(as_: As, network: SmallNetwork) -> None:
    """Who starts from an old revision is told so, and nothing changes."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    given = {"id": case_id, "content": content(title=words("Better")), "expectedVersion": 1}
    await editor.do("editCase", given, "case { id }")
    assert await editor.refused("editCase", given) == [("CONFLICT", "expectedVersion")]
    assert (await editor.ask(QUERY))["case"]["revision"] == 2


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
async def test_only_the_owners_editors_write(as_: As, network: SmallNetwork, role: Role) -> None:
    """Others of the owner and of the network are refused; who may not read it learns nothing of it."""
    colleague = await person("Colleague", {network.olen: role}, network.network)
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": case_id, "content": content()}
    assert await as_(colleague).refused("editCase", given) == [("FORBIDDEN", "")]
    assert await as_(network.pes_editor).refused("editCase", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("editCase", given) == [("NOT_FOUND", "id")]


async def test_a_draft_is_nothing_to_the_network(as_: As, network: SmallNetwork) -> None:
    """A case that was never published is unknown to everybody outside its owner's organisation."""
    case_id = await drafted_case(as_(network.olen_editor), audience=PUBLIC)
    given = {"id": case_id, "content": content()}
    for token in (network.pes_editor, network.outsider, network.steward):
        assert await as_(token).refused("editCase", given) == [("NOT_FOUND", "id")]
