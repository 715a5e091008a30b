"""submitReview, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.network import SmallNetwork
from tests.factories.reviews import VERDICT, accepted, requested

As = Callable[[str | None], Client]
EVERYONE = {"public": True}


async def test_a_review_is_handed_in(as_: As, network: SmallNetwork) -> None:
    """Who asked reads the review and its recommendation, which changes nothing of the case."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor, audience={"networks": ["learning"]})
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    review_id = await accepted(editor, reviewer, case_id, guestReader=True)
    await reviewer.do("submitReview", {"id": review_id, **VERDICT}, "review { status }")
    query = """{ case(slug: "olen-vision") { status revision reviews(first: 1) { nodes {
        status body language recommendation submittedAt isLate isExpired } } } }"""
    case = (await editor.ask(query))["case"]
    review = case["reviews"]["nodes"][0]
    assert review.pop("submittedAt") is not None
    assert review == {**VERDICT, "status": "SUBMITTED", "isLate": False, "isExpired": False}
    assert (case["status"], case["revision"]) == ("SUBMITTED", 2)


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True), (30, True)])
async def test_a_late_review_is_taken(
    as_: As,
    network: SmallNetwork,
    open_database: Database,
    days: int,
    is_late: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Up to thirty days after it was due a review is taken, and says that it is late."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await accepted(editor, reviewer, await published_case(editor, audience=EVERYONE))
    await open_database.pool.execute("update review set due_on = current_date - $1::int", days)
    query = "query($id: ID!) { node(id: $id) { ... on Review { isLate isExpired } } }"
    assert (await editor.ask(query, id=review_id))["node"] == {"isLate": is_late, "isExpired": False}
    payload = await reviewer.do("submitReview", {"id": review_id, **VERDICT}, "review { isLate isExpired }")
    assert payload["review"] == {"isLate": is_late, "isExpired": False}


async def test_an_expired_review_is_not_taken(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """On the thirty-first day it is too late."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await accepted(editor, reviewer, await published_case(editor, audience=EVERYONE))
    await open_database.pool.execute("update review set due_on = current_date - 31")
    assert await reviewer.refused("submitReview", {"id": review_id, **VERDICT}) == [("WRONG_STATE", "")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"body": " "}, ("REQUIRED", "body")),
        ({"body": "x" * 20_001}, ("TOO_LONG", "body")),
        ({"id": "review_1"}, ("NOT_FOUND", "id")),
        ({"expectedVersion": 1}, ("CONFLICT", "expectedVersion")),
    ],
)
async def test_what_is_wrong_is_said(
    as_: As, network: SmallNetwork, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Each bad input is refused with its code and field."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await accepted(editor, reviewer, await published_case(editor, audience=EVERYONE))
    assert await reviewer.refused("submitReview", {"id": review_id, **VERDICT, **changes}) == [problem]


async def test_a_review_is_handed_in_once_and_after_the_declaration(as_: As, network: SmallNetwork) -> None:
    """Before it was accepted, and again after it was submitted, nothing can be handed in; nor by anybody else."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    review_id = await requested(editor, await published_case(editor, audience=EVERYONE))
    given = {"id": review_id, **VERDICT}
    assert await reviewer.refused("submitReview", given) == [("WRONG_STATE", "")]
    await reviewer.do("acceptReview", {"id": review_id, "hasNoConflictOfInterest": True}, "review { id }")
    assert await editor.refused("submitReview", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("submitReview", given) == [("NOT_FOUND", "id")]
    await reviewer.do("submitReview", given, "review { id }")
    assert await reviewer.refused("submitReview", {**given, "body": "On second thoughts."}) == [("WRONG_STATE", "")]
    assert await reviewer.refused("declineReview", {"id": review_id}) == [("WRONG_STATE", "")]
