"""Reviewers who may read a draft only while they review it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.organisations.tables import PersonalToken
from services.organisations.terms import Role
from services.organisations.tokens import secret_hash
from services.reviews.guests import lent_until
from services.reviews.reviews import expire_review
from services.reviews.rules import is_expired
from services.reviews.tables import Review
from services.reviews.terms import ReviewStatus
from services.viewer import admission_key, organisation_key
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented, person_id, reads, round_of, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.reviews import DUE, VERDICT, accepted, requested
from tests.factories.rounds import en

As = Callable[[str | None], Client]
DRAFT = """query($id: ID!) { node(id: $id) { ... on Case { title { text } outcomes { kind } versions { number } } } }"""


async def test_a_draft_is_not_opened_unasked(as_: As, network: SmallNetwork) -> None:
    """Asking somebody who may not read the version is refused, unless the editor says that they may as a guest."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    given = {"subject": case_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE}
    assert await editor.refused("requestReview", given) == [("INVALID", "guestReader")]
    assert not await reads(as_(network.reviewer), case_id)


async def test_a_guest_reads_the_draft_and_nobody_else_does(as_: As, network: SmallNetwork) -> None:
    """The reviewer reads the draft with its outcomes and comments on it; their colleagues see nothing of either."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    colleague = as_(await person("Colleague", {network.institute: Role.EDITOR}, network.network))
    case_id = await drafted_case(editor)
    await requested(editor, case_id, guestReader=True)
    assert (await reviewer.ask(DRAFT, id=case_id))["node"] == {
        "title": {"text": "Waardevolle dienstverlening"},
        "outcomes": [{"kind": "NOT_REPORTED"}],
        "versions": [{"number": 1}],
    }
    comment_id = await commented(reviewer, case_id, audience={})
    assert await reads(editor, comment_id)
    assert await reads(reviewer, comment_id)
    for client in (colleague, as_(network.pes_editor), as_(None)):
        assert not await reads(client, case_id)
        assert not await reads(client, comment_id)


@pytest.mark.parametrize("ending", ["declined", "submitted", "expired"])
async def test_a_guest_reads_as_long_as_the_review_lasts(
    as_: As, network: SmallNetwork, open_database: Database, ending: str
) -> None:
    """When the review is declined, submitted or expired, the draft is closed again; the review itself is not."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    match ending:
        case "declined":
            review_id = await requested(editor, case_id, guestReader=True)
            assert await reads(reviewer, case_id)
            await reviewer.do("declineReview", {"id": review_id}, "review { id }")
        case "submitted":
            review_id = await accepted(editor, reviewer, case_id, guestReader=True)
            assert await reads(reviewer, case_id)
            await reviewer.do("submitReview", {"id": review_id, **VERDICT}, "review { id }")
        case _:
            review_id = await accepted(editor, reviewer, case_id, guestReader=True)
            await expire_review(row_id(review_id))
            assert await reads(reviewer, case_id)
            await open_database.pool.execute("update review set due_on = current_date - 31")
            await expire_review(row_id(review_id))
            await expire_review(row_id(review_id))
    assert not await reads(reviewer, case_id)
    assert await reads(reviewer, review_id)
    keys = await open_database.pool.fetchval(
        'select array(select unnest(audience) from "case" union select unnest(audience) from case_version'
        " union select unnest(audience) from outcome)"
    )
    assert sorted(keys) == [admission_key(row_id(case_id)), organisation_key(network.olen)]


async def test_a_guest_of_the_next_version_reads_the_current_one_too(as_: As, network: SmallNetwork) -> None:
    """A case that is not shared with the reviewer is opened with its current version and the one under review."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    await requested(editor, case_id, guestReader=True)
    assert (await reviewer.ask(DRAFT, id=case_id))["node"]["versions"] == [{"number": 1}, {"number": 2}]


async def test_a_guest_of_two_reviews_stays_until_the_last_ends(as_: As, network: SmallNetwork) -> None:
    """One of two reviews of the same case that ends leaves the other its reader."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    first = await requested(editor, case_id, subjectVersion=1, guestReader=True)
    second = await requested(editor, case_id, subjectVersion=2, guestReader=True)
    await reviewer.do("declineReview", {"id": first}, "review { id }")
    assert await reads(reviewer, case_id)
    await reviewer.do("declineReview", {"id": second}, "review { id }")
    assert not await reads(reviewer, case_id)


async def test_who_reads_a_round_as_a_guest_reads_its_case_already(as_: As, network: SmallNetwork) -> None:
    """A round is opened to a guest, but never its case with it: that may be another organisation's."""
    olen, pes, reviewer = as_(network.olen_editor), as_(network.pes_editor), as_(network.reviewer)
    shared = await published_case(olen, slug="shared", audience={"networks": ["learning"]})
    closed = await published_case(olen, slug="closed", audience={"organisations": ["arbetsformedlingen"]})
    open_round = await round_of(shared, network.pes, organisation_key(network.pes))
    closed_round = await round_of(closed, network.pes, organisation_key(network.pes))
    review_id = await requested(pes, open_round, guestReader=True)
    assert await reads(reviewer, open_round)
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert not await reads(reviewer, open_round)
    given = {"subject": closed_round, "reviewer": await person_id("Reviewer"), "dueOn": DUE, "guestReader": True}
    assert await pes.refused("requestReview", given) == [("INVALID", "reviewer")]
    assert not await reads(reviewer, closed)


async def test_publishing_and_sharing_leave_the_reviewer_in(as_: As, network: SmallNetwork) -> None:
    """A version that is published, and then shared otherwise, stays open to its reviewer until the review ends."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    review_id = await requested(editor, case_id, guestReader=True)
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    shared = {"organisations": ["arbetsformedlingen"]}
    await editor.do("shareCase", {"id": case_id, "audience": shared}, "case { id }")
    node = (await reviewer.ask(DRAFT, id=case_id))["node"]
    assert node["outcomes"] == [{"kind": "NOT_REPORTED"}]
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert not await reads(reviewer, case_id)
    assert await reads(as_(network.pes_editor), case_id)


async def test_who_may_read_anyway_is_no_guest(as_: As, network: SmallNetwork) -> None:
    """A review of what the reviewer could always read leaves its readers as they are, also when it ends."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"networks": ["learning"]})
    review_id = await requested(editor, case_id, guestReader=True)
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert await reads(reviewer, case_id)


async def test_what_was_said_meanwhile_does_not_outlast_the_review(as_: As, network: SmallNetwork) -> None:
    """Comments made beside a guest stay closed to them when the case is published; what they said and were told not."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor, audience={"networks": ["learning"]})
    review_id = await requested(editor, case_id, guestReader=True)
    among_us = await commented(editor, case_id)
    asked = await commented(reviewer, case_id)
    told = await commented(editor, case_id, replyTo=asked)
    assert [await reads(reviewer, one) for one in (among_us, asked, told)] == [False, True, True]
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert not any([await reads(reviewer, one) for one in (among_us, asked, told)])
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    assert [await reads(reviewer, one) for one in (among_us, asked, told)] == [False, True, True]
    assert not await reads(as_(network.pes_editor), told)
    assert await reads(as_(network.olen_reader), among_us)


async def test_editing_leaves_a_guest_the_outcomes(as_: As, network: SmallNetwork) -> None:
    """A draft that is written anew while it is reviewed stays open to its reviewer, what came of it too."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    review_id = await requested(editor, case_id, guestReader=True)
    for mutation in ("editCase", "submitCase", "withdrawCase", "editCase"):
        written = {"content": content()} if mutation == "editCase" else {}
        await editor.do(mutation, {"id": case_id, **written}, "case { id }")
        node = (await reviewer.ask(DRAFT, id=case_id))["node"]
        assert node["outcomes"] == [{"kind": "NOT_REPORTED"}], mutation
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert not await reads(reviewer, case_id)


async def test_a_guest_reads_whatever_is_current(as_: As, network: SmallNetwork) -> None:
    """Publishing the next version while an earlier one is reviewed takes neither from the reviewer."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor)
    await requested(editor, case_id, guestReader=True)
    for mutation, written in (("editCase", {"content": content()}), ("submitCase", {}), ("publishCase", {})):
        await editor.do(mutation, {"id": case_id, **written}, "case { id }")
    node = (await reviewer.ask(DRAFT, id=case_id))["node"]
    assert node["versions"] == [{"number": 1}, {"number": 2}]
    assert node["outcomes"] == [{"kind": "NOT_REPORTED"}]


async def test_sharing_a_round_leaves_its_reviewer_in(as_: As, network: SmallNetwork) -> None:
    """A round whose readers are named anew, in both ways there are, stays open to its reviewer."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"networks": ["learning"]})
    round_id = await round_of(case_id, network.olen, organisation_key(network.olen))
    review_id = await requested(editor, round_id, guestReader=True)
    nobody: dict[str, list[str]] = {"organisations": []}
    await editor.do("shareTestRound", {"id": round_id, "audience": nobody}, "testRound { id }")
    assert await reads(reviewer, round_id)
    await editor.do("editTestRound", {"id": round_id, "audience": nobody, "problem": en("Forms")}, "testRound { id }")
    assert await reads(reviewer, round_id)
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    assert not await reads(reviewer, round_id)


async def test_another_organisations_sign_in_opens_no_draft(as_: As, network: SmallNetwork) -> None:
    """The draft is opened by a sign-in for the organisation that they review for, and by their own; by no other one."""
    editor = as_(network.olen_editor)
    secret = await person("Both", {network.institute: Role.REVIEWER, network.agency: Role.EDITOR}, network.network)
    case_id = await drafted_case(editor)
    review_id = await requested(editor, case_id, "Both", organisation="review-institute", guestReader=True)
    of_agency, of_institute = await _narrow(secret, "agency"), await _narrow(secret, "institute")
    await PersonalToken.update({PersonalToken.organisation: network.agency}).where(_is(of_agency))
    await PersonalToken.update({PersonalToken.organisation: network.institute}).where(_is(of_institute))
    opened = [await reads(as_(token), case_id) for token in (secret, of_institute, of_agency)]
    assert opened == [True, True, False]
    assert await reads(as_(of_agency), review_id)
    given = {"id": review_id, "hasNoConflictOfInterest": True}
    assert await as_(of_agency).refused("acceptReview", given) == [("FORBIDDEN", "")]


async def _narrow(secret: str, label: str) -> str:
    """One more token of the holder of a token."""
    made = f"{secret}{label}"
    held = await PersonalToken.objects().where(_is(secret)).first()
    assert held is not None
    await PersonalToken.insert(
        PersonalToken(
            person=held.person,
            label=label,
            secret_hash=secret_hash(made),
            scopes=held.scopes,
            expires_at=held.expires_at,
        )
    )
    return made


def _is(secret: str) -> Any:
    return PersonalToken.secret_hash == secret_hash(secret)


async def test_what_a_guest_reads_ends_by_the_clock(as_: As, network: SmallNetwork) -> None:
    """A review that is over closes the draft with no worker running."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    review_id = await requested(editor, case_id, guestReader=True)
    soon = datetime.now(UTC) + timedelta(seconds=0.7)
    await Review.update({Review.lent_until: soon}).where(Review.id == row_id(review_id))
    assert await reads(reviewer, case_id)
    await asyncio.sleep(0.8)
    assert not await reads(reviewer, case_id)


@given(due=st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_the_key_ends_as_the_review_expires(due: date) -> None:
    """The last day on which a review can be handed in is the last of its guest's key."""
    end = lent_until(due)
    assert is_expired(ReviewStatus.ACCEPTED, due, end.date())
    assert not is_expired(ReviewStatus.ACCEPTED, due, (end - timedelta(microseconds=1)).date())


async def test_a_guest_reads_what_answers_them_on_another_version(as_: As, network: SmallNetwork) -> None:
    """What they said of one version, and is answered on the next that they review, they are told."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    await requested(editor, case_id, guestReader=True)
    asked = await commented(reviewer, case_id, subjectVersion=1)
    told = await commented(editor, case_id, subjectVersion=2, replyTo=asked)
    among_us = await commented(editor, case_id, subjectVersion=2)
    assert [await reads(reviewer, one) for one in (asked, told, among_us)] == [True, True, False]
    assert await reads(as_(network.olen_reader), told)
