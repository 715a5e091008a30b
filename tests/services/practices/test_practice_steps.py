"""The mutations that move a practice along and need nothing else, through GraphQL."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.practices import drafted_practice, olen_practice, practice_content

As = Callable[[str | None], Client]
STEPS = ("submitPractice", "startPracticeReview", "withdrawPractice", "archivePractice", "unarchivePractice")


async def test_the_way_through_review(as_: As, network: SmallNetwork) -> None:
    """A version goes from draft through review, back with a note, and on; each state is shown."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    for mutation, more, status in (
        ("submitPractice", {}, "SUBMITTED"),
        ("startPracticeReview", {}, "IN_REVIEW"),
        ("requestPracticeChanges", {"note": "Say for whom."}, "CHANGES_REQUESTED"),
        ("submitPractice", {}, "SUBMITTED"),
        ("publishPractice", {}, "PUBLISHED"),
        ("archivePractice", {}, "ARCHIVED"),
    ):
        payload = await editor.do(mutation, {"id": practice_id, **more}, "practice { status versions { reviewNote } }")
        assert payload["practice"]["status"] == status
        assert payload["practice"]["versions"][0]["reviewNote"] == more.get("note")


async def test_a_note_says_something(as_: As, network: SmallNetwork) -> None:
    """Changes cannot be requested without words, nor with too many."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    for note, code in ((" ", "REQUIRED"), ("x" * 20_001, "TOO_LONG")):
        refused = await editor.refused("requestPracticeChanges", {"id": practice_id, "note": note})
        assert refused == [(code, "note")]


async def test_a_step_out_of_order_is_refused(as_: As, network: SmallNetwork) -> None:
    """A draft is neither reviewed, nor published, nor archived before it was submitted."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    for mutation in ("startPracticeReview", "publishPractice", "archivePractice"):
        assert await editor.refused(mutation, {"id": practice_id}) == [("WRONG_STATE", "")]


async def test_an_open_draft_does_not_hinder_archiving(as_: As, network: SmallNetwork) -> None:
    """What stands at the address is archived while the next version is being written, to go on later."""
    editor = as_(network.olen_editor)
    practice_id = await olen_practice(editor)
    await editor.do("editPractice", {"id": practice_id, "content": practice_content()}, "practice { id }")
    payload = await editor.do("archivePractice", {"id": practice_id}, "practice { versions { number status } }")
    assert [v["status"] for v in payload["practice"]["versions"]] == ["ARCHIVED", "DRAFT"]
    for refused in ("submitPractice", "withdrawPractice"):
        assert await editor.refused(refused, {"id": practice_id}) == [("WRONG_STATE", "")]
    await editor.do("unarchivePractice", {"id": practice_id}, "practice { id }")
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    payload = await editor.do("publishPractice", {"id": practice_id}, "practice { number status }")
    assert payload["practice"] == {"number": 2, "status": "PUBLISHED"}


@pytest.mark.parametrize("mutation", STEPS)
async def test_who_may_take_a_step(as_: As, network: SmallNetwork, mutation: str) -> None:
    """Only the owner's editors may; an outsider of a practice for the network learns nothing of it."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": practice_id}
    assert await as_(network.olen_reader).refused(mutation, given) == [("FORBIDDEN", "")]
    assert await as_(network.pes_editor).refused(mutation, given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused(mutation, given) == [("NOT_FOUND", "id")]


@pytest.mark.parametrize("mutation", STEPS)
async def test_a_step_from_an_old_revision_is_refused(as_: As, network: SmallNetwork, mutation: str) -> None:
    """`expectedVersion` guards every step."""
    practice_id = await olen_practice(as_(network.olen_editor))
    refused = await as_(network.olen_editor).refused(mutation, {"id": practice_id, "expectedVersion": 1})
    assert refused == [("CONFLICT", "expectedVersion")]
