"""Reviews to test with, made through the public mutations."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.client import Client
from tests.factories.comments import person_id

DUE = (datetime.now(UTC) + timedelta(days=14)).date().isoformat()
VERDICT = {"body": "Clear, and well shown.", "language": "en", "recommendation": "PUBLISH_WITH_CHANGES"}


async def requested(editor: Client, subject: str, reviewer: str = "Reviewer", **given: Any) -> str:
    """Ask a person, by name, to review a thing; gives the review's global id."""
    payload = await editor.do(
        "requestReview",
        {"subject": subject, "reviewer": await person_id(reviewer), "dueOn": DUE, **given},
        "review { id }",
    )
    review_id: str = payload["review"]["id"]
    return review_id


async def accepted(editor: Client, reviewer: Client, subject: str, **given: Any) -> str:
    """Ask the small network's reviewer, who declares that there is no conflict of interest and accepts."""
    review_id = await requested(editor, subject, **given)
    await reviewer.do("acceptReview", {"id": review_id, "hasNoConflictOfInterest": True}, "review { id }")
    return review_id
