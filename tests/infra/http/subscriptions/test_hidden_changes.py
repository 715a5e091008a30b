"""What happens to what a subscriber may not read is no event for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.database import Database
from schema.compiler import ids
from services import log
from services.cases.admissions import admit_person
from services.cases.cases import release_case
from services.cases.tables import Case
from services.comments.tables import Comment
from services.ids import new_id
from services.transaction import transaction
from services.viewer import ANYONE, admission_key
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import commented, person_id, row_id
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin, person_of
from tests.factories.reviews import VERDICT, accepted
from tests.factories.rounds import RETAIN_UNTIL, attendance, moved, registered, running
from tests.infra.http.subscriptions.conftest import LIMITS, serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse

As = Callable[[str | None], Client]
CASE = "subscription ($id: ID!) { caseChanged(id: $id) { number revision } }"
ROUND = "subscription ($id: ID!) { testRoundChanged(id: $id) { status revision } }"
EVERYONE = {"public": True}


@pytest_asyncio.fixture(loop_scope="session")
async def patient(parts: Parts, clean: Database) -> AsyncIterator[str]:
    """The address of a server with the usual limits: it looks at nobody anew, and drops nobody, within a test."""
    async with serving(parts, StreamLimits()) as address:
        yield address


async def test_a_next_version_is_an_event_when_it_can_be_read(
    as_: As, network: SmallNetwork, patient: str, open_database: Database
) -> None:
    """Its edits, its way to publication and its embargo are told inside; the end of the embargo is told to all."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    later = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    async with converse(patient) as outside, converse(patient, network.olen_reader) as inside:
        await outside.follow(CASE, id=case_id)
        await inside.follow(CASE, id=case_id)
        hidden: tuple[tuple[str, dict[str, Any]], ...] = (
            ("editCase", {"content": content()}),
            ("submitCase", {}),
            ("publishCase", {"embargoUntil": later}),
            ("shareCase", {"audience": {"networks": ["learning"], **EVERYONE}}),
        )
        for revision, (mutation, given) in enumerate(hidden, 4):
            await editor.do(mutation, {"id": case_id, **given}, "case { id }")
            assert await inside.next() == {"caseChanged": {"number": 1, "revision": revision}}
        assert await outside.hears_nothing()
        await open_database.pool.execute("update case_version set embargo_until = now() where number = 2")
        row = ids.read(case_id, "Case")
        assert row
        await release_case(row)
        assert await inside.next() == {"caseChanged": {"number": 2, "revision": 8}}
        assert await outside.next() == {"caseChanged": {"number": 2, "revision": None}}
        await editor.do("archiveCase", {"id": case_id}, "case { id }")
        assert await outside.next() == {"caseChanged": {"number": 2, "revision": None}}


async def test_the_guest_of_a_review_hears_of_the_draft_while_it_lasts(
    as_: As, network: SmallNetwork, patient: str
) -> None:
    """Once the review is handed in, the draft changes without them, and its end alone was no news."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=EVERYONE)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    async with converse(patient, network.reviewer) as guest, converse(patient, network.outsider) as outside:
        await guest.follow(CASE, id=case_id)
        await outside.follow(CASE, id=case_id)
        review_id = await accepted(editor, reviewer, case_id, guestReader=True)
        assert await guest.next() == {"caseChanged": {"number": 1, "revision": 4}}
        await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
        assert await guest.next() == {"caseChanged": {"number": 1, "revision": 5}}
        await reviewer.do("submitReview", {"id": review_id, **VERDICT}, "review { id }")
        await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
        assert await guest.hears_nothing()
        assert await outside.hears_nothing()
        await editor.do("submitCase", {"id": case_id}, "case { id }")
        await editor.do("publishCase", {"id": case_id}, "case { id }")
        for socket in (guest, outside):
            assert await socket.next() == {"caseChanged": {"number": 2, "revision": None}}


async def test_who_has_left_the_owner_hears_no_more_of_drafts(as_: As, network: SmallNetwork, patient: str) -> None:
    """A public case goes on to be followed, by what is public of it alone."""
    editor = as_(network.olen_editor)
    admin = as_(await olen_admin(network))
    case_id = await published_case(editor, audience=EVERYONE)
    async with converse(patient, network.olen_reader) as leaving:
        await leaving.follow(CASE, id=case_id)
        await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
        assert await leaving.next() == {"caseChanged": {"number": 1, "revision": 4}}
        given = {"organisation": "olen", "person": await person_of(as_(network.olen_reader))}
        await admin.do("removeMember", given, "organisation { id }")
        await editor.do("submitCase", {"id": case_id}, "case { id }")
        assert await leaving.hears_nothing()
        await editor.do("publishCase", {"id": case_id}, "case { id }")
        assert await leaving.next() == {"caseChanged": {"number": 2, "revision": None}}


async def test_consents_are_told_inside_alone(as_: As, network: SmallNetwork, patient: str) -> None:
    """Who counts the events of a public round does not count its participants."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=EVERYONE)
    made = await registered(editor, audience=EVERYONE)
    consent = {"purpose": "Testing", "wordingVersion": "1", "retainUntil": RETAIN_UNTIL}
    async with converse(patient) as outside, converse(patient, network.olen_reader) as inside:
        await outside.follow(ROUND, id=made["id"])
        await inside.follow(ROUND, id=made["id"])
        told = {"testRoundChanged": {"status": "REGISTERED", "revision": made["revision"]}}
        await moved(editor, "recordConsent", made, alias="Alder", **consent)
        assert await inside.next() == told
        await moved(editor, "withdrawConsent", made, alias="Alder")
        assert await inside.next() == told
        assert await outside.hears_nothing()
        cancelled = [{"language": "en", "text": "Nobody came."}]
        await moved(editor, "cancelTestRound", made, reason=cancelled)
        assert (await outside.next())["testRoundChanged"]["status"] == "CANCELLED"


async def test_a_small_number_that_is_put_right_is_told_inside_alone(
    as_: As, network: SmallNetwork, patient: str
) -> None:
    """Outside it is hidden before and after; a number that can be read there is told there."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=EVERYONE)
    made = await running(editor, audience=EVERYONE)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 3, 3, 3, 3, 3, 3))
    async with converse(patient) as outside, converse(patient, network.olen_reader) as inside:
        await outside.follow(ROUND, id=made["id"])
        await inside.follow(ROUND, id=made["id"])
        told = {"testRoundChanged": {"status": "RUNNING", "revision": made["revision"] + 1}}
        await moved(editor, "recordParticipants", made, participants=attendance(made, 4, 3, 3, 3, 3, 3))
        assert await inside.next() == told
        assert await outside.hears_nothing()
        await moved(editor, "recordParticipants", made, participants=attendance(made, 5, 3, 3, 3, 3, 3))
        told["testRoundChanged"]["revision"] = made["revision"] + 2
        assert [await one.next() for one in (inside, outside)] == [told, told]


async def test_a_contact_that_is_taken_out_is_told_to_who_could_read_it(
    as_: As, network: SmallNetwork, patient: str
) -> None:
    """It is the one change to what was published: out of a draft it is silent, out of what they read it is not."""
    editor = as_(network.olen_editor)
    ann, bob = ({"name": name, "source": "The report"} for name in ("Ann", "Bob"))
    case_id = await published_case(editor, audience=EVERYONE, content=content(contacts=[ann]))
    await editor.do("editCase", {"id": case_id, "content": content(contacts=[ann, bob])}, "case { id }")
    async with converse(patient) as outside:
        await outside.follow(CASE, id=case_id)
        await editor.do("removeContact", {"case": case_id, "name": "Bob"}, "case { id }")
        assert await outside.hears_nothing()
        await editor.do("removeContact", {"case": case_id, "name": "Ann"}, "case { id }")
        assert await outside.next() == {"caseChanged": {"number": 1, "revision": None}}


async def test_comments_for_others_do_not_gather(as_: As, network: SmallNetwork, here: str, clean: Database) -> None:
    """More hidden comments than may wait end no subscription, and the next one that may be read is its first event."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    async with converse(here) as outside:
        await outside.follow(COMMENTS, id=case_id)
        await _commented_at_once(editor, case_id, LIMITS.waiting * 2)
        await commented(editor, case_id, "Everybody may know.")
        assert (await outside.next())["commentAdded"]["body"] == "Everybody may know."
        assert await outside.hears_nothing()


async def test_a_comment_right_after_its_key_is_an_event(
    as_: As, network: SmallNetwork, here: str, clean: Database
) -> None:
    """Whoever is let in hears what was said for those who were, though both become known together."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    async with converse(here, network.reviewer) as guest:
        await guest.follow(COMMENTS, id=case_id)
        async with transaction():
            made = await Comment.raw(
                'insert into comment (id, audience, "case", subject_version, organisation, body)'
                " values ({}, array[{}], {}, 1, {}, 'For guests.') returning id",
                new_id(),
                admission_key(row_id(case_id)),
                row_id(case_id),
                network.olen,
            )
            case = await Case.objects().get(Case.id == row_id(case_id))
            assert case
            await admit_person(ANYONE, case, row_id(await person_id("Reviewer")), datetime.now(UTC) + timedelta(days=9))
            await log.record(ANYONE, "add_comment", "Comment", made[0]["id"])
        assert (await guest.next())["commentAdded"]["body"] == "For guests."


async def _commented_at_once(client: Client, subject: str, times: int) -> None:
    """Comment many times, for the subject's organisation alone."""
    await asyncio.gather(*(commented(client, subject, f"{n}", audience={}) for n in range(times)))
