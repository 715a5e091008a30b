"""Reviewers who may read a thing only while they review it: for that time their own key is in its audience."""

from collections.abc import Mapping
from uuid import UUID

from services import log
from services.reviews.tables import Review
from services.reviews.terms import OPEN
from services.subjects import Subject, subject_of
from services.viewer import Viewer, person_key

_ASKED = "(select {}::uuid as id, {}::int as version, {}::text as key, {}::text[] as keys) asked"
_ADMIT_TO_VERSIONS = (
    "update THING_version v set audience = array_append(v.audience, asked.key)"  # noqa: S608 - our own names
    f' from {_ASKED} join "THING" s on s.id = asked.id'
    ' where v."THING" = s.id and v.number in (asked.version, s.current_number) and not v.audience && asked.keys'
)
_ADMIT = (
    'update "THING" s set audience = array_append(s.audience, asked.key)'  # noqa: S608
    f" from {_ASKED} where s.id = asked.id and not s.audience && asked.keys"
)
_ADMIT_TO_OUTCOMES = (  # those under an embargo of their own stay closed
    "update outcome o set audience = array_append(o.audience, asked.key)"  # noqa: S608
    f' from {_ASKED} join "case" s on s.id = asked.id join case_version v on v."case" = s.id'
    " where o.version = v.id and v.number in (asked.version, s.current_number)"
    " and not v.audience && asked.keys and o.audience @> v.audience"
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


async def admit(viewer: Viewer, subject: Subject, reviewer: Viewer) -> None:
    """Let a person read the version under review, and the current one of a thing that they could not read at all.

    A round's case is not opened with it: it may be another organisation's.
    """
    person = reviewer.require_person()
    for statement in _ADMISSIONS[subject.kind]:
        await Review.raw(statement, subject.id, subject.version, person_key(person), list(reviewer.keyring))
    await log.record(
        viewer,
        "admit_guest",
        subject.kind,
        subject.id,
        organisation=subject.organisation,
        detail={"person": str(person), "version": subject.version},
    )


async def dismiss(viewer: Viewer, review: Review) -> None:
    """Take back what `admit` gave, unless another review makes the person a guest still. Harmless when repeated."""
    person: UUID | None = review.reviewer
    kind, row_id = subject_of(review)
    if not review.is_guest or person is None or await _is_guest_elsewhere(review, person):
        return
    for statement in _DISMISSALS[kind]:
        await Review.raw(statement, row_id, person_key(person))
    await log.record(
        viewer, "dismiss_guest", kind, row_id, organisation=review.requested_by, detail={"person": str(person)}
    )


async def _is_guest_elsewhere(review: Review, person: UUID) -> bool:
    others = await Review.objects().where(
        (Review.reviewer == person)
        & Review.is_guest.eq(value=True)
        & Review.status.is_in(list(OPEN))
        & (Review.id != review.id)
    )
    return any(subject_of(other) == subject_of(review) for other in others)
