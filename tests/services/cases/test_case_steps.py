"""The mutations that move a case along: submit, review, ask for changes, withdraw, archive; through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.network import SmallNetwork, person

As = Callable[[str | None], Client]
WAYS: dict[str, tuple[str, ...]] = {
    "DRAFT": (),
    "SUBMITTED": ("submitCase",),
    "IN_REVIEW": ("submitCase", "startCaseReview"),
    "CHANGES_REQUESTED": ("submitCase", "requestCaseChanges"),
    "WITHDRAWN": ("withdrawCase",),
    "PUBLISHED": ("submitCase", "publishCase"),
    "ARCHIVED": ("submitCase", "publishCase", "archiveCase"),
}
"""How a new case gets into each state."""

POSSIBLE = {
    "submitCase": ({"DRAFT", "CHANGES_REQUESTED"}, "SUBMITTED"),
    "startCaseReview": ({"SUBMITTED"}, "IN_REVIEW"),
    "requestCaseChanges": ({"SUBMITTED", "IN_REVIEW"}, "CHANGES_REQUESTED"),
    "withdrawCase": ({"DRAFT", "SUBMITTED", "IN_REVIEW", "CHANGES_REQUESTED"}, "WITHDRAWN"),
    "publishCase": ({"SUBMITTED", "IN_REVIEW"}, "PUBLISHED"),
    "archiveCase": ({"PUBLISHED"}, "ARCHIVED"),
    "unarchiveCase": ({"ARCHIVED"}, "PUBLISHED"),
}
"""The states in which each step may be taken, and the state that it leads to."""

STEPS = tuple(POSSIBLE)


def given(mutation: str, case_id: str) -> dict[str, Any]:
    """Input of a step."""
    return {"id": case_id, **({"note": "Say for whom."} if mutation == "requestCaseChanges" else {})}


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("mutation", STEPS)
async def test_a_step_follows_only_where_it_may(as_: As, network: SmallNetwork, mutation: str, state: str) -> None:
    """From each state each step either leads to its own state, or is refused and changes nothing."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    for step in WAYS[state]:
        await editor.do(step, given(step, case_id), "case { id }")
    states, becomes = POSSIBLE[mutation]
    if state in states:
        payload = await editor.do(mutation, given(mutation, case_id), "case { __typename id status revision }")
        assert payload["case"] == {
            "__typename": "Case",
            "id": case_id,
            "status": becomes,
            "revision": len(WAYS[state]) + 2,
        }
    else:
        assert await editor.refused(mutation, given(mutation, case_id)) == [("WRONG_STATE", "")]
        query = '{ case(slug: "olen-vision") { status revision } }'
        assert (await editor.ask(query))["case"] == {"status": state, "revision": len(WAYS[state]) + 1}


async def test_the_note_stands_until_the_next_step(as_: As, network: SmallNetwork) -> None:
    """What should change is shown with the version that was sent back, cleaned, until it is handed in again."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    asked = {"id": case_id, "note": "  Say for whom. "}
    payload = await editor.do("requestCaseChanges", asked, "case { versions { reviewNote } }")
    assert payload["case"] == {"versions": [{"reviewNote": "Say for whom."}]}
    payload = await editor.do("submitCase", {"id": case_id}, "case { versions { reviewNote } }")
    assert payload["case"] == {"versions": [{"reviewNote": None}]}


async def test_a_note_says_something(as_: As, network: SmallNetwork) -> None:
    """Changes cannot be requested without words, nor with too many."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    for note, code in ((" ", "REQUIRED"), ("x" * 20_001, "TOO_LONG")):
        assert await editor.refused("requestCaseChanges", {"id": case_id, "note": note}) == [(code, "note")]


async def test_an_open_draft_does_not_hinder_archiving(as_: As, network: SmallNetwork) -> None:
    """What stands at the address is archived while the next version is being written, to go on later."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    payload = await editor.do("archiveCase", {"id": case_id}, "case { versions { number status } }")
    assert [version["status"] for version in payload["case"]["versions"]] == ["ARCHIVED", "DRAFT"]
    for refused in ("submitCase", "withdrawCase"):
        assert await editor.refused(refused, {"id": case_id}) == [("WRONG_STATE", "")]
    await editor.do("unarchiveCase", {"id": case_id}, "case { id }")
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    payload = await editor.do("publishCase", {"id": case_id}, "case { number status }")
    assert payload["case"] == {"number": 2, "status": "PUBLISHED"}


async def test_what_was_archived_stays_where_it_is(as_: As, network: SmallNetwork) -> None:
    """Its readers still find an archived case at its address."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    await editor.do("archiveCase", {"id": case_id}, "case { id }")
    assert (await as_(None).ask('{ case(slug: "olen-vision") { status } }'))["case"] == {"status": "ARCHIVED"}


@pytest.mark.parametrize("mutation", STEPS)
async def test_who_may_take_a_step(as_: As, network: SmallNetwork, mutation: str) -> None:
    """Only the owner's editors may; an outsider of a case for the network learns nothing of it."""
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    asked = given(mutation, case_id)
    reviewer = await person("Olen reviewer", {network.olen: Role.REVIEWER}, network.network)
    for token in (network.olen_reader, reviewer, network.pes_editor):
        assert await as_(token).refused(mutation, asked) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused(mutation, asked) == [("NOT_FOUND", "id")]
    for unknown in ("case_0", "practice_1", case_id[:-1] + ("0" if case_id[-1] != "0" else "1")):
        refused = await as_(network.olen_editor).refused(mutation, {**asked, "id": unknown})
        assert refused == [("NOT_FOUND", "id")]


@pytest.mark.parametrize("mutation", STEPS)
async def test_a_step_from_an_old_revision_is_refused(as_: As, network: SmallNetwork, mutation: str) -> None:
    """`expectedVersion` guards every step."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    asked = {**given(mutation, case_id), "expectedVersion": 1}
    assert await editor.refused(mutation, asked) == [("CONFLICT", "expectedVersion")]
