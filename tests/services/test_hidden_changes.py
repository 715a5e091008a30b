"""Whatever happens to what somebody may not read, all that they can ask for stays as it was, to the letter."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.client import Client
from tests.factories.artefacts import UPLOAD, announced, next_version, stored_file
from tests.factories.cases import content, published_case
from tests.factories.events import edited, recorded
from tests.factories.network import SmallNetwork
from tests.factories.practices import PUBLIC, practice_content, published_practice
from tests.factories.reviews import accepted
from tests.factories.rounds import ALDERS_CONSENT, attendance, en, moved, running
from tests.factories.selections import everything

As = Callable[[str | None], Client]
LATER = (datetime.now(UTC) + timedelta(days=9)).isoformat()
NOTE = "Say who was asked."


async def all_of(client: Client, *things: tuple[str, str]) -> list[str]:
    """All that somebody is shown of things, of which the type and the id are given, as it comes over the wire."""
    told = []
    for kind, global_id in things:
        document = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {everything(kind, 2)} }} }}"
        answer = await client.send(document, id=global_id)
        assert "errors" not in answer.json(), answer.text
        told.append(answer.text)
    return told


def life(noun: str, new: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """All that can happen to the next version of a case or a practice before it reaches its readers."""
    written = (f"edit{noun}", {"content": new})
    return [
        written,
        written,
        (f"withdraw{noun}", {}),
        written,
        (f"submit{noun}", {}),
        (f"start{noun}Review", {}),
        (f"request{noun}Changes", {"note": NOTE}),
        (f"submit{noun}", {}),
        (f"publish{noun}", {"embargoUntil": LATER}),
    ]


async def test_a_next_version_of_a_case_does_not_show(as_: As, network: SmallNetwork) -> None:
    """Not while it is written, reviewed by a guest, sent back, or under an embargo; nor whether there is one."""
    editor, reviewer, outside = as_(network.olen_editor), as_(network.reviewer), as_(network.outsider)
    thing = ("Case", await published_case(editor, audience=PUBLIC))
    before = await all_of(outside, thing)
    named = content(languages=["nl", "fr"])
    named["participations"].append({"organisation": "outside-agency", "role": "FACILITATOR"})
    for mutation, given in life("Case", named):
        own = await all_of(editor, thing)
        await editor.do(mutation, {"id": thing[1], **given}, "case { id }")
        if mutation == "startCaseReview":
            await accepted(editor, reviewer, thing[1], guestReader=True)
        assert await all_of(editor, thing) != own
        await editor.do("shareCase", {"id": thing[1], "audience": PUBLIC}, "case { id }")
        assert await all_of(outside, thing) == before, mutation


async def test_a_next_version_of_a_practice_does_not_show(as_: As, network: SmallNetwork) -> None:
    """The same of practices."""
    editor, outside = as_(network.olen_editor), as_(network.outsider)
    await published_case(editor, audience=PUBLIC)
    thing = ("Practice", await published_practice(editor, audience=PUBLIC))
    before = await all_of(outside, thing)
    for mutation, given in life("Practice", practice_content(resources=[en("Two days")])):
        own = await all_of(editor, thing)
        await editor.do(mutation, {"id": thing[1], **given}, "practice { id }")
        assert await all_of(editor, thing) != own
        assert await all_of(outside, thing) == before, mutation


async def test_the_guest_of_a_review_reads_the_revision_of_a_draft(as_: As, network: SmallNetwork) -> None:
    """Who may read a draft can tell that it has changed; once it is published they are readers like others."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=PUBLIC)
    query = '{ case(slug: "olen-vision") { revision } }'
    assert (await reviewer.ask(query))["case"] == {"revision": None}
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    await accepted(editor, reviewer, case_id, guestReader=True)
    assert (await reviewer.ask(query))["case"] == {"revision": 4}
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    assert (await reviewer.ask(query))["case"] == {"revision": 5}
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    assert (await reviewer.ask(query))["case"] == {"revision": None}


async def test_an_upload_that_is_not_finished_does_not_show(as_: As, network: SmallNetwork) -> None:
    """Neither the next version of a public file nor a new file, from the announcement to what never arrived."""
    editor, outside = as_(network.olen_editor), as_(network.outsider)
    case_id = await published_case(editor, audience=PUBLIC)
    things = [("Artefact", await stored_file(editor, subject=case_id)), ("Case", case_id)]
    before = await all_of(outside, *things)
    own = await all_of(editor, *things)
    await editor.do("startUpload", next_version(b"%PDF-1.7\nMore.\n", artefact=things[0][1]), UPLOAD)
    await editor.do("startUpload", announced(subject=case_id), UPLOAD)
    assert await all_of(editor, *things) != own
    assert await all_of(outside, *things) == before


async def test_consents_do_not_show(as_: As, network: SmallNetwork) -> None:
    """Outside the organisation nothing tells how often consent was given or withdrawn: they would be people counted."""
    editor, outside = as_(network.olen_editor), as_(network.outsider)
    await published_case(editor, audience=PUBLIC)
    made = await running(editor, audience=PUBLIC)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 3, 3, 3, 3, 3, 3))
    thing = ("TestRound", made["id"])
    before = await all_of(outside, thing)
    assert '"node":{' in before[0]
    for mutation, given in (("recordConsent", ALDERS_CONSENT), ("withdrawConsent", {"alias": "Alder"})):
        own = await all_of(editor, thing)
        await moved(editor, mutation, made, **given)
        assert await all_of(editor, thing) != own
        assert await all_of(outside, thing) == before, mutation


async def test_a_small_number_that_is_put_right_does_not_show(as_: As, network: SmallNetwork) -> None:
    """What was under the threshold and stays under it is the same outside; what passes it shows."""
    editor, outside = as_(network.olen_editor), as_(network.outsider)
    await published_case(editor, audience=PUBLIC)
    made = await running(editor, audience=PUBLIC)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 3, 9, 3, 3, 3, 3))
    thing = ("TestRound", made["id"])
    before = await all_of(outside, thing)
    own = await all_of(editor, thing)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 0, 9, 4, 3, 3, 3))
    assert await all_of(editor, thing) != own
    assert await all_of(outside, thing) == before
    await moved(editor, "recordParticipants", made, participants=attendance(made, 0, 9, 5, 3, 3, 3))
    assert await all_of(outside, thing) != before


async def test_links_to_a_hidden_case_do_not_show(as_: As, network: SmallNetwork) -> None:
    """Whether an event or a lab tells of a case that one may not read, and that this was changed, is theirs alone."""
    editor, outside = as_(network.olen_editor), as_(network.outsider)
    await published_case(editor)
    event = await recorded(editor, organisation="olen")
    named = {"names": en("Lab"), "formats": [{"name": en("Talk")}]}
    lab = (await editor.do("createLab", {**named, "slug": "lab", "organisation": "olen"}, "lab { id }"))["lab"]["id"]
    things = (("Event", event), ("Lab", lab))
    before, own = await all_of(outside, *things), await all_of(editor, *things)
    await editor.do("editEvent", edited(event, cases=["olen-vision"]), "event { id }")
    await editor.do("editLab", {**named, "id": lab, "case": "olen-vision"}, "lab { id }")
    assert all(now != then for now, then in zip(await all_of(editor, *things), own, strict=True))
    assert await all_of(outside, *things) == before


@pytest.mark.parametrize("token", ["olen_editor", "outsider"])
async def test_what_is_to_be_read_shows(as_: As, network: SmallNetwork, token: str) -> None:
    """The same comparison does find a difference where there is one to be read."""
    editor = as_(network.olen_editor)
    thing = ("Case", await published_case(editor, audience=PUBLIC))
    before = await all_of(as_(getattr(network, token)), thing)
    await editor.do("archiveCase", {"id": thing[1]}, "case { id }")
    assert await all_of(as_(getattr(network, token)), thing) != before
