"""What is archived is kept as it is, and what was withdrawn is left alone, on every surface that changes something."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.artefacts import announced, next_version, sent_file, stored_file
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import commented, person_id
from tests.factories.network import SmallNetwork
from tests.factories.practices import adopted, drafted_practice, olen_practice
from tests.factories.reviews import DUE, VERDICT, requested
from tests.factories.rounds import (
    ALDERS_CONSENT,
    RETAIN_UNTIL,
    analysing,
    en,
    plan,
    planned,
    registered,
    running,
    verdicts,
)
from tests.factories.sharing import SOON

As = Callable[[str | None], Client]
WHERE = {"networks": ["learning"]}
SEEN = {"organisations": ["review-institute"]}


async def _archived(editor: Client, kind: str) -> str:
    """A published case or practice that is then archived, with nothing on it."""
    made = await (published_case(editor, audience=WHERE) if kind == "case" else olen_practice(editor, audience=WHERE))
    await editor.do(f"archive{kind.title()}", {"id": made}, f"{kind} {{ id }}")
    return made


async def _told(client: Client, mutation: str, given: dict[str, Any]) -> str:
    """What is said where the present state is in the way."""
    payload = await client.change(mutation, given, "__typename")
    (error,) = payload["userErrors"] or [{"code": "It was done.", "message": ""}]
    assert error["code"] == "WRONG_STATE", (mutation, error)
    message: str = error["message"]
    return message


@pytest.mark.parametrize("kind", ["case", "practice"])
async def test_nothing_is_added_to_what_is_archived(as_: As, network: SmallNetwork, kind: str) -> None:
    """Comments, reviews and files of what is archived are refused, with the verb that makes it current again."""
    editor, reviewer, pes = as_(network.olen_editor), as_(network.reviewer), as_(network.pes_editor)
    made = await (published_case(editor, audience=WHERE) if kind == "case" else olen_practice(editor, audience=WHERE))
    comment, other = [await commented(pes, made) for _ in "ab"]
    await pes.do("resolveComment", {"id": other}, "comment { id }")
    file_id = await stored_file(editor, subject=made)
    begun = (await sent_file(editor, subject=made))["artefact"]["id"]
    of_file = await commented(editor, file_id)
    review = await requested(editor, made, "Reviewer")
    await editor.do(f"archive{kind.title()}", {"id": made}, f"{kind} {{ id }}")
    person = await person_id("PES editor")
    for client, mutation, given in (
        (pes, "addComment", {"subject": made, "body": "More."}),
        (pes, "addComment", {"subject": made, "body": "More.", "replyTo": comment}),
        (pes, "addComment", {"subject": file_id, "body": "More."}),
        (pes, "editComment", {"id": comment, "body": "Better."}),
        (pes, "resolveComment", {"id": comment}),
        (pes, "reopenComment", {"id": other}),
        (editor, "resolveComment", {"id": of_file}),
        (editor, "requestReview", {"subject": made, "reviewer": person, "dueOn": DUE}),
        (reviewer, "acceptReview", {"id": review, "hasNoConflictOfInterest": True}),
        (editor, "startUpload", announced(subject=made)),
        (editor, "startUpload", next_version(b"%PDF-1.7\nAnother.\n", artefact=file_id)),
        (editor, "editArtefact", {"id": file_id, "kind": "DATA", "title": en("Other words")}),
    ):
        assert f"unarchive{kind.title()}" in await _told(client, mutation, given), mutation
    await pes.do("deleteComment", {"id": comment}, "comment { id }")
    await reviewer.do("declineReview", {"id": review}, "review { id }")
    await editor.do("finishUpload", {"artefact": begun}, "artefact { id }")
    await editor.do("withholdVersion", {"artefact": file_id, "number": 1}, "artefact { id }")
    await adopted(pes, made)
    await editor.do(f"unarchive{kind.title()}", {"id": made}, f"{kind} {{ id }}")
    await commented(pes, made)
    await stored_file(editor, subject=made)


async def test_an_accepted_review_waits_until_it_is_current(as_: As, network: SmallNetwork) -> None:
    """Who reviews what is archived meanwhile cannot hand in, and can again when it is taken back."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=WHERE)
    review = await requested(editor, case_id, "Reviewer")
    await reviewer.do("acceptReview", {"id": review, "hasNoConflictOfInterest": True}, "review { id }")
    await editor.do("archiveCase", {"id": case_id}, "case { id }")
    assert "archived" in await _told(reviewer, "submitReview", {"id": review, **VERDICT})
    await editor.do("unarchiveCase", {"id": case_id}, "case { id }")
    await reviewer.do("submitReview", {"id": review, **VERDICT}, "review { id }")


@pytest.mark.parametrize("kind", ["case", "practice"])
async def test_what_was_withdrawn_is_left_alone(as_: As, network: SmallNetwork, kind: str) -> None:
    """Nothing is said of it or added to it, until its authors edit it, as the refusal says."""
    editor = as_(network.olen_editor)
    if kind == "case":
        made = await drafted_case(editor)
    else:
        await published_case(editor, audience={"public": True})
        made = await drafted_practice(editor)
    file_id = await stored_file(editor, subject=made)
    await editor.do(f"withdraw{kind.title()}", {"id": made}, f"{kind} {{ id }}")
    review = {"subject": made, "reviewer": await person_id("Reviewer"), "dueOn": DUE, "guestReader": True}
    for mutation, given in (
        ("addComment", {"subject": made, "body": "More."}),
        ("addComment", {"subject": file_id, "body": "More."}),
        ("requestReview", review),
        ("startUpload", announced(subject=made)),
    ):
        assert "by editing it" in await _told(editor, mutation, given), mutation
    title = {"title": en("Anew")}
    await editor.do(f"edit{kind.title()}", {"id": made, "content": title}, f"{kind} {{ id }}")
    await commented(editor, made)
    await editor.do("requestReview", review, "review { id }")


async def test_a_withdrawn_version_does_not_silence_the_published_one(as_: As, network: SmallNetwork) -> None:
    """While the next version is withdrawn the one that is read is spoken of, and by its number the other is not."""
    editor, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await published_case(editor, audience=WHERE)
    await editor.do("editCase", {"id": case_id, "content": {"title": en("Anew")}}, "case { id }")
    await editor.do("withdrawCase", {"id": case_id}, "case { id }")
    await commented(pes, case_id)
    given = {"subject": case_id, "subjectVersion": 2, "body": "More."}
    assert "withdrawn" in await _told(editor, "addComment", given)


async def test_readers_can_still_be_let_in_and_out(as_: As, network: SmallNetwork) -> None:
    """An archived case is shared otherwise, and people are let in, as before: it is there to be read."""
    editor = as_(network.olen_editor)
    case_id = await _archived(editor, "case")
    await editor.do("shareCase", {"id": case_id, "audience": SEEN}, "case { id }")
    given = {"case": case_id, "organisation": "outside-agency", "until": SOON}
    admission = (await editor.do("admitOrganisation", given, "admission { id }"))["admission"]["id"]
    await editor.do("endAdmission", {"id": admission}, "admission { id }")
    assert (await as_(network.pes_editor).ask('{ case(slug: "olen-vision") { slug } }'))["case"] is None


@pytest.mark.parametrize("end", ["archiveCase", "withdrawCase"])
async def test_no_round_is_begun_on_what_is_over(as_: As, network: SmallNetwork, end: str) -> None:
    """Rounds that were not begun stay where they are and can be cancelled; nothing new is planned."""
    editor = as_(network.olen_editor)
    made = drafted_case if end == "withdrawCase" else published_case
    case_id = await made(editor, audience=WHERE)
    first, second = await planned(editor), await registered(editor)
    await editor.do(end, {"id": case_id}, "case { id }")
    assert await editor.refused("planTestRound", plan()) == [("WRONG_STATE", "case")]
    deviation = {"field": "SITES", "change": en("One closed."), "reason": en("Rain.")}
    for mutation, given in (
        ("editTestRound", {"id": first["id"], "hypothesis": en("Another.")}),
        ("registerTestRound", {"id": first["id"]}),
        ("startTestRound", {"id": second["id"], "retainUntil": RETAIN_UNTIL}),
        ("recordDeviation", {"id": second["id"], **deviation}),
        ("recordConsent", {"id": second["id"], **ALDERS_CONSENT}),
        ("addComment", {"subject": first["id"], "body": "More."}),
        ("startUpload", announced(subject=second["id"])),
    ):
        await _told(editor, mutation, given)
    await editor.do("shareTestRound", {"id": first["id"], "audience": {}}, "testRound { id }")
    for one in (first, second):
        await editor.do("cancelTestRound", {"id": one["id"], "reason": en("It is over.")}, "testRound { id }")


async def test_a_round_under_way_is_carried_through(as_: As, network: SmallNetwork) -> None:
    """What people have begun to test is observed, judged, spoken of and concluded; then it is as its case is."""
    editor, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await published_case(editor, audience=WHERE)
    first, second = await running(editor), await analysing(editor)
    await editor.do("archiveCase", {"id": case_id}, "case { id }")
    await editor.do("recordConsent", {"id": first["id"], **ALDERS_CONSENT}, "testRound { id }")
    await editor.do("withdrawConsent", {"id": first["id"], "alias": "Alder"}, "testRound { id }")
    await editor.do("beginAnalysis", {"id": first["id"]}, "testRound { id }")
    await commented(pes, second["id"])
    await stored_file(editor, subject=second["id"])
    await editor.do("recordVerdicts", {"id": second["id"], "verdicts": verdicts(second)}, "testRound { id }")
    decided = {"id": second["id"], "decision": "SCALE", "decisionReason": en("It works.")}
    await editor.do("concludeTestRound", decided, "testRound { id }")
    assert "archived" in await _told(pes, "addComment", {"subject": second["id"], "body": "More."})
    await editor.do("unarchiveCase", {"id": case_id}, "case { id }")
    await commented(pes, second["id"])
