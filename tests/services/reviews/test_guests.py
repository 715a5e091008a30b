"""Reviewers who may read a draft only while they review it."""

from collections.abc import Callable

import pytest

from infra.postgres.database import Database
from services.organisations.terms import Role
from services.reviews.reviews import expire_review
from services.viewer import admission_key, organisation_key
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented, person_id, reads, round_of, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.reviews import DUE, VERDICT, accepted, requested

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
