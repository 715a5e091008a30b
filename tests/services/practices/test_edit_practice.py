"""editPractice, through GraphQL."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.practices import SLUG, drafted_practice, olen_practice, practice_content
from tests.factories.rounds import en

As = Callable[[str | None], Client]
QUERY = f"""{{ practice(slug: "{SLUG}") {{
    title {{ text }} number status revision
    versions {{ number status title {{ text }} sources {{ case {{ slug }} }} }}
}} }}"""


async def test_a_draft_is_rewritten(as_: As, network: SmallNetwork) -> None:
    """An edit replaces the whole text of a draft, its parts too, and no version is added."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    new = practice_content(title=en("Better"), sources=[])
    await editor.do("editPractice", {"id": practice_id, "content": new}, "practice { id }")
    assert (await editor.ask(QUERY))["practice"] == {
        "title": {"text": "Better"},
        "number": 1,
        "status": "DRAFT",
        "revision": 2,
        "versions": [{"number": 1, "status": "DRAFT", "title": {"text": "Better"}, "sources": []}],
    }


async def test_a_published_version_never_changes(as_: As, network: SmallNetwork) -> None:
    """After publication an edit opens the next version, which only the owner sees; readers keep the old (rule 2)."""
    editor = as_(network.olen_editor)
    practice_id = await olen_practice(editor)
    new = practice_content(title=en("Second"))
    await editor.do("editPractice", {"id": practice_id, "content": new}, "practice { id }")
    reader = (await as_(None).speaking("en").ask(QUERY))["practice"]
    assert reader["title"]["text"] == "From values to a plan"
    assert [version["number"] for version in reader["versions"]] == [1]
    own = (await editor.ask(QUERY))["practice"]
    assert [(v["number"], v["status"]) for v in own["versions"]] == [(1, "PUBLISHED"), (2, "DRAFT")]
    assert own["number"] == 1


async def test_what_was_withdrawn_is_taken_up_again(as_: As, network: SmallNetwork) -> None:
    """Editing a withdrawn version makes it a draft again."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    await editor.do("withdrawPractice", {"id": practice_id}, "practice { id }")
    payload = await editor.do(
        "editPractice", {"id": practice_id, "content": practice_content()}, "practice { status number }"
    )
    assert payload["practice"] == {"status": "DRAFT", "number": 1}


async def test_what_was_submitted_stands_still(as_: As, network: SmallNetwork) -> None:
    """A version in review cannot be edited until changes are requested."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    given = {"id": practice_id, "content": practice_content()}
    assert await editor.refused("editPractice", given) == [("WRONG_STATE", "")]
    await editor.do("requestPracticeChanges", {"id": practice_id, "note": "Add a step."}, "practice { id }")
    await editor.do("editPractice", given, "practice { id }")


async def test_a_lost_update_is_refused(as_: As, network: SmallNetwork) -> None:
    """Who starts from an old revision is told so, and nothing changes."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    given = {"id": practice_id, "content": practice_content(title=en("Better")), "expectedVersion": 1}
    await editor.do("editPractice", given, "practice { id }")
    assert await editor.refused("editPractice", given) == [("CONFLICT", "expectedVersion")]
    assert (await editor.ask(QUERY))["practice"]["revision"] == 2


async def test_only_the_owners_editors_write(as_: As, network: SmallNetwork) -> None:
    """A reader of the owner and another organisation are refused; who may not read it learns nothing of it."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": practice_id, "content": practice_content()}
    assert await as_(network.olen_reader).refused("editPractice", given) == [("FORBIDDEN", "")]
    assert await as_(network.pes_editor).refused("editPractice", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("editPractice", given) == [("NOT_FOUND", "id")]
    assert await as_(network.olen_editor).refused("editPractice", {**given, "id": "case_1"}) == [("NOT_FOUND", "id")]
