"""acceptReview and declineReview, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from services.organisations.tables import Membership, Person, PersonalToken
from services.organisations.terms import Role
from services.reviews.tables import Review
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import person_id
from tests.factories.network import SmallNetwork
from tests.factories.practices import PUBLIC, practice_content, published_practice
from tests.factories.reviews import DUE, VERDICT, accepted, requested
from tests.factories.sharing import admitted

As = Callable[[str | None], Client]
EVERYONE = {"public": True}


@pytest.mark.parametrize(
    ("declared", "stored"),
    [
        ({"conflictOfInterest": " I once worked with the mayor. "}, "I once worked with the mayor."),
        ({"hasNoConflictOfInterest": True}, ""),
    ],
)
async def test_a_reviewer_declares_and_accepts(
    as_: As, network: SmallNetwork, declared: dict[str, Any], stored: str
) -> None:
    """The declaration, or the declaration that there is nothing to declare, is there for whoever asked."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    await reviewer.do("acceptReview", {"id": review_id, "expectedVersion": 1, **declared}, "review { status }")
    query = "query($id: ID!) { node(id: $id) { ... on Review { status conflictOfInterest revision } } }"
    assert (await editor.ask(query, id=review_id))["node"] == {
        "status": "ACCEPTED",
        "conflictOfInterest": stored,
        "revision": 2,
    }


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({}, ("REQUIRED", "conflictOfInterest")),
        ({"conflictOfInterest": "  "}, ("REQUIRED", "conflictOfInterest")),
        ({"conflictOfInterest": "A friend.", "hasNoConflictOfInterest": True}, ("INVALID", "hasNoConflictOfInterest")),
        ({"conflictOfInterest": "x" * 20_001}, ("TOO_LONG", "conflictOfInterest")),
    ],
)
async def test_nobody_accepts_without_a_declaration(
    as_: As, network: SmallNetwork, declared: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Rule 9: silence is not a declaration, and a declaration says one thing."""
    editor = as_(network.olen_editor)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    assert await as_(network.reviewer).refused("acceptReview", {"id": review_id, **declared}) == [problem]


async def test_a_reviewer_who_has_joined_the_owner_cannot_accept(as_: As, network: SmallNetwork) -> None:
    """Rule 9 is looked at again when the reviewer answers."""
    editor = as_(network.olen_editor)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    reviewer = await Person.objects().where(Person.name == "Reviewer").first()
    assert reviewer is not None
    await Membership.insert(Membership(person=reviewer.id, organisation=network.olen, role=Role.READER))
    given = {"id": review_id, "hasNoConflictOfInterest": True}
    assert await as_(network.reviewer).refused("acceptReview", given) == [("CONFLICT_OF_INTEREST", "")]


@pytest.mark.parametrize("answers", ["acceptReview", "submitReview"])
async def test_a_sign_in_for_one_organisation_hides_no_other(as_: As, network: SmallNetwork, answers: str) -> None:
    """Rule 9 looks at all that the reviewer is, also when their sign-in speaks for the institute alone."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=EVERYONE)
    await (requested(editor, case_id) if answers == "acceptReview" else accepted(editor, reviewer, case_id))
    (review_id,) = [f"review_{row['id'].hex}" for row in await Review.select(Review.id)]
    found = await Person.objects().where(Person.name == "Reviewer").first()
    assert found is not None
    await Membership.insert(Membership(person=found.id, organisation=network.olen, role=Role.READER))
    await PersonalToken.update({PersonalToken.organisation: network.institute}).where(PersonalToken.person == found.id)
    given = {"hasNoConflictOfInterest": True} if answers == "acceptReview" else VERDICT
    assert await reviewer.refused(answers, {"id": review_id, **given}) == [("CONFLICT_OF_INTEREST", "")]


async def test_a_hidden_draft_of_anothers_case_names_nobody(as_: As, network: SmallNetwork) -> None:
    """Whom the next version of a public case names as its facilitator is told to nobody who may not read that.

    Not to whoever draws a practice from the case and asks for reviews of that, and not to the reviewer; once the
    version is published both are told.
    """
    olen, pes, reviewer = as_(network.olen_editor), as_(network.pes_editor), as_(network.reviewer)
    case_id = await published_case(olen, audience=PUBLIC)
    practice_id = await published_practice(
        pes, owner="arbetsformedlingen", content=practice_content(sources=[{"case": "olen-vision"}]), audience=PUBLIC
    )
    named = content()
    named["participations"].append({"organisation": "review-institute", "role": "FACILITATOR"})
    await olen.do("editCase", {"id": case_id, "content": named}, "case { id }")
    review_id = await accepted(pes, reviewer, practice_id)
    # The case's own editors read the draft, and are told.
    given = {"subject": case_id, "subjectVersion": 1, "reviewer": await person_id("Reviewer"), "dueOn": DUE}
    assert await olen.refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]
    await olen.do("submitCase", {"id": case_id}, "case { id }")
    await olen.do("publishCase", {"id": case_id}, "case { id }")
    assert await reviewer.refused("submitReview", {"id": review_id, **VERDICT}) == [("CONFLICT_OF_INTEREST", "")]
    asked = {"subject": practice_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE}
    assert await pes.refused("requestReview", asked) == [("CONFLICT_OF_INTEREST", "reviewer")]


async def test_a_draft_that_the_reviewer_may_read_counts(as_: As, network: SmallNetwork) -> None:
    """An institute that was let into a case reads in its draft that it guides it, and does not review it then."""
    olen, pes, reviewer = as_(network.olen_editor), as_(network.pes_editor), as_(network.reviewer)
    case_id = await published_case(olen, audience=PUBLIC)
    practice_id = await published_practice(
        pes, owner="arbetsformedlingen", content=practice_content(sources=[{"case": "olen-vision"}]), audience=PUBLIC
    )
    review_id = await requested(pes, practice_id)
    named = content()
    named["participations"].append({"organisation": "review-institute", "role": "FACILITATOR"})
    await olen.do("editCase", {"id": case_id, "content": named}, "case { id }")
    await admitted(olen, case_id, "review-institute")
    given = {"id": review_id, "hasNoConflictOfInterest": True}
    assert await reviewer.refused("acceptReview", given) == [("CONFLICT_OF_INTEREST", "")]


async def test_a_reviewer_says_no(as_: As, network: SmallNetwork) -> None:
    """The reason is there for whoever asked, and a review that was declined cannot be accepted any more."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    await reviewer.do("declineReview", {"id": review_id, "reason": "No time."}, "review { id }")
    query = "query($id: ID!) { node(id: $id) { ... on Review { status declinedReason isLate isExpired } } }"
    assert (await editor.ask(query, id=review_id))["node"] == {
        "status": "DECLINED",
        "declinedReason": "No time.",
        "isLate": False,
        "isExpired": False,
    }
    given = {"id": review_id, "hasNoConflictOfInterest": True}
    assert await reviewer.refused("acceptReview", given) == [("WRONG_STATE", "")]
    assert await reviewer.refused("declineReview", {"id": review_id}) == [("WRONG_STATE", "")]


async def test_only_the_reviewer_answers(as_: As, network: SmallNetwork) -> None:
    """Not the editor who asked; and for others there is no such review. An older state is refused."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    answers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("acceptReview", {"hasNoConflictOfInterest": True}),
        ("declineReview", {}),
        ("declineReview", {"reason": "x" * 20_001}),
    )
    for mutation, given in answers[:2]:
        assert await editor.refused(mutation, {"id": review_id, **given}) == [("FORBIDDEN", "")]
        assert await as_(network.pes_editor).refused(mutation, {"id": review_id, **given}) == [("NOT_FOUND", "id")]
        stale = {"id": review_id, "expectedVersion": 7, **given}
        assert await reviewer.refused(mutation, stale) == [("CONFLICT", "expectedVersion")]
    assert await reviewer.refused("declineReview", {"id": review_id, **answers[2][1]}) == [("TOO_LONG", "reason")]


async def test_an_expired_request_is_not_answered(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """Thirty days after its due date a request has expired, and says so; neither yes nor no is taken any more."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    await open_database.pool.execute("update review set due_on = current_date - 31")
    assert await reviewer.refused("declineReview", {"id": review_id}) == [("WRONG_STATE", "")]
    query = "query($id: ID!) { node(id: $id) { ... on Review { isLate isExpired } } }"
    assert (await editor.ask(query, id=review_id))["node"] == {"isLate": True, "isExpired": True}
    await requested(editor, (await editor.ask('{ case(slug: "olen-vision") { id } }'))["case"]["id"])
