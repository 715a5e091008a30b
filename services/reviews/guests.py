"""Reviewers who may read a thing only while they review it: for that time they hold a key of the review's.

The key stands in the audience of what they may read, and in their keyring until the review ends or its time is over:
services.organisations.keyrings looks at the clock. A key that stands in an audience for longer opens nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services import log
from services.reviews.rules import EXPIRES_AFTER_DAYS
from services.reviews.tables import Review
from services.subjects import Subject, subject_of
from services.viewer import Viewer, review_key

_ASKED = "(select {}::uuid as id, {}::int as version, {}::text as key) asked"
_ADMIT_TO_VERSIONS = (
    "update THING_version v set audience = array_append(v.audience, asked.key)"  # noqa: S608 - our own names
    f' from {_ASKED} join "THING" s on s.id = asked.id'
    ' where v."THING" = s.id and v.number in (asked.version, s.current_number)'
)
_ADMIT = (
    'update "THING" s set audience = array_append(s.audience, asked.key)'  # noqa: S608
    f" from {_ASKED} where s.id = asked.id"
)
_ADMIT_TO_OUTCOMES = (  # those under an embargo of their own stay closed
    "update outcome o set audience = array_append(o.audience, asked.key)"  # noqa: S608
    f' from {_ASKED} join "case" s on s.id = asked.id join case_version v on v."case" = s.id'
    " where o.version = v.id and v.number in (asked.version, s.current_number) and o.audience @> v.audience"
)
_ADMISSIONS: Mapping[str, tuple[str, ...]] = {
    "Case": (
        _ADMIT_TO_OUTCOMES,
        _ADMIT_TO_VERSIONS.replace("THING", "case"),
        _ADMIT.replace("THING", "case"),
    ),
    "Practice": (_ADMIT_TO_VERSIONS.replace("THING", "practice"), _ADMIT.replace("THING", "practice")),
    "TestRound": (_ADMIT.replace("THING", "test_round"),),
}

_GONE = "(select {}::uuid as id, {}::text as key) gone"
_DISMISS = (
    'update "THING" s set audience = array_remove(s.audience, gone.key)'  # noqa: S608
    f" from {_GONE} where s.id = gone.id and gone.key = any(s.audience)"
)
_DISMISS_FROM_VERSIONS = (
    "update THING_version v set audience = array_remove(v.audience, gone.key)"  # noqa: S608
    f' from {_GONE} where v."THING" = gone.id and gone.key = any(v.audience)'
)
_DISMISS_FROM_OUTCOMES = (
    "update outcome o set audience = array_remove(o.audience, gone.key)"  # noqa: S608
    f' from {_GONE} join case_version v on v."case" = gone.id where o.version = v.id and gone.key = any(o.audience)'
)
_DISMISSALS: Mapping[str, tuple[str, ...]] = {
    "Case": (
        _DISMISS_FROM_OUTCOMES,
        _DISMISS_FROM_VERSIONS.replace("THING", "case"),
        _DISMISS.replace("THING", "case"),
    ),
    "Practice": (_DISMISS_FROM_VERSIONS.replace("THING", "practice"), _DISMISS.replace("THING", "practice")),
    "TestRound": (_DISMISS.replace("THING", "test_round"),),
}


def lent_until(due_on: date) -> datetime:
    """When a review that is due on a day is over by itself, and with it what its reviewer reads as a guest."""
    return datetime.combine(due_on + timedelta(days=EXPIRES_AFTER_DAYS + 1), time(), UTC)


async def admit(viewer: Viewer, subject: Subject, reviewer: Viewer, review: UUID) -> Viewer:
    """Open the version under review and the current one to a review's key; gives the reviewer with that key.

    A round's case is not opened with it: it may be another organisation's.
    """
    key = review_key(review)
    for statement in _ADMISSIONS[subject.kind]:
        await Review.raw(statement, subject.id, subject.version, key)
    await log.record(
        viewer,
        "admit_guest",
        subject.kind,
        subject.id,
        organisation=subject.organisation,
        detail={"person": str(reviewer.require_person()), "version": subject.version},
    )
    return replace(reviewer, keyring=(*reviewer.keyring, key))


async def dismiss(viewer: Viewer, review: Review) -> None:
    """Take the key of a review that is over out of every audience. Harmless when repeated."""
    if not review.is_guest:
        return
    kind, row_id = subject_of(review)
    for statement in _DISMISSALS[kind]:
        await Review.raw(statement, row_id, review_key(review.id))
    detail = {"person": str(review.reviewer)} if review.reviewer else {}
    await log.record(viewer, "dismiss_guest", kind, row_id, organisation=review.requested_by, detail=detail)
