"""Verbs on reviews. Each runs in one transaction and appends to the log."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services import idempotency, log
from services.access import access, access_for_change, check_revision, require_role, unknown, unknown_slug
from services.errors import ErrorCode, refusal, refuse_if
from services.languages import LanguageCode
from services.life_cycle import check_going_on
from services.organisations.keyrings import keyring_change
from services.organisations.people import viewer_of
from services.organisations.tables import Organisation, Person
from services.organisations.terms import Role, TokenScope
from services.reviews import rules
from services.reviews.concerned import concerned
from services.reviews.guests import admit, dismiss, lent_until
from services.reviews.tables import Review
from services.reviews.terms import OPEN, Recommendation
from services.reviews.terms import ReviewStatus as Status
from services.subjects import (
    Subject,
    Thing,
    access_subject,
    access_subject_for_change,
    newest_version,
    readable_subject,
    subject_of,
)
from services.text import clean
from services.transaction import transaction
from services.viewer import ANYONE, Viewer, organisation_key, person_key


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review to be asked for; `organisation` is the slug of the one that the reviewer reviews for.

    `guest_reader`: let the reviewer read the version for as long as the review lasts, if they cannot otherwise.
    """

    due_on: date
    organisation: str | None = None
    subject_version: int | None = None
    guest_reader: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer hands in."""

    body: str
    recommendation: Recommendation
    language: LanguageCode | None = None


async def request_review(
    viewer: Viewer,
    thing: Thing | None,
    reviewer_id: UUID | None,
    new: NewReview,
    *,
    idempotency_key: str | None = None,
) -> UUID:
    """Ask a person outside the organisations concerned (rule 9) to review a version, by default the newest."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        if thing is not None and thing[0] == "Artefact":
            raise refusal(ErrorCode.INVALID, "A file is reviewed with what it belongs to.", "subject")
        organisation = await access_subject_for_change(viewer, thing, "subject")
        await require_role(viewer, organisation, Role.EDITOR, "ask for reviews of its things")
        claim = await idempotency.claim(viewer, "request_review", idempotency_key, (thing, reviewer_id, new))
        if claim.made:
            return claim.id
        refuse_if(rules.check_due(new.due_on, _today()))
        newest = await newest_version(thing) if thing and new.subject_version is None else new.subject_version
        subject = await access_subject(viewer, thing, newest, "subject")
        check_going_on(subject.kept, "subject")
        reviewer = await _reviewer(viewer, reviewer_id)
        involved = await concerned((subject.kind, subject.id), viewer.keyring)
        rules.check_independent(reviewer.roles, involved, "reviewer")
        reviewing_for = rules.reviewing_for(reviewer, await _organisation(new.organisation))
        await _check_not_asked(subject, reviewer)
        is_guest = await _open_to(viewer, subject, reviewer, claim.id, new)
        review = Review(
            id=claim.id,
            audience=[organisation_key(organisation), person_key(reviewer.require_person())],
            **subject.columns,
            reviewer=reviewer.person,
            organisation=reviewing_for,
            requested_by=organisation,
            due_on=new.due_on,
            is_guest=is_guest,
            lent_until=lent_until(new.due_on) if is_guest else None,
        )
        await Review.insert(review)
        if is_guest:
            await log.enqueue("expire_review", at=review.lent_until, id=str(review.id))
        await log.record(viewer, "request_review", "Review", review.id, organisation=organisation)
    return claim.id


async def accept_review(
    viewer: Viewer,
    review_id: UUID | None,
    *,
    conflict_of_interest: str | None = None,
    has_no_conflict_of_interest: bool = False,
    expected_version: int | None = None,
) -> UUID:
    """Agree to review, after declaring one's conflicts of interest; an empty declaration is stored as an empty text."""
    viewer.require_scope(TokenScope.REVIEW)
    declared = clean(conflict_of_interest or "")
    refuse_if(rules.check_declaration(declared, has_no_conflict_of_interest))
    async with transaction():
        review = await _mine(viewer, review_id, Status.ACCEPTED, expected_version)
        await require_role(viewer, review.organisation, Role.REVIEWER, "review for it")
        await _check_independent(viewer, review)
        await _change(viewer, review, "accept_review", Status.ACCEPTED, conflict_of_interest=declared)
        return review.id


async def decline_review(
    viewer: Viewer, review_id: UUID | None, *, reason: str | None = None, expected_version: int | None = None
) -> UUID:
    """Say no, with or without a reason; a guest's reading ends with it."""
    viewer.require_scope(TokenScope.REVIEW)
    declined_reason = clean(reason or "") or None
    refuse_if(rules.check_length(declined_reason or "", "reason"))
    async with keyring_change():
        review = await _mine(viewer, review_id, Status.DECLINED, expected_version)
        await _change(viewer, review, "decline_review", Status.DECLINED, declined_reason=declined_reason)
        await dismiss(viewer, review)
        return review.id


async def submit_review(
    viewer: Viewer, review_id: UUID | None, verdict: Verdict, *, expected_version: int | None = None
) -> UUID:
    """Hand the review in; it never changes again, and a guest's reading ends with it."""
    viewer.require_scope(TokenScope.REVIEW)
    body = clean(verdict.body)
    if not body:
        raise refusal(ErrorCode.REQUIRED, "Write the review.", "body")
    refuse_if(rules.check_length(body, "body"))
    async with keyring_change():
        review = await _mine(viewer, review_id, Status.SUBMITTED, expected_version)
        await require_role(viewer, review.organisation, Role.REVIEWER, "review for it")
        await _check_independent(viewer, review)
        await _change(
            viewer,
            review,
            "submit_review",
            Status.SUBMITTED,
            body=body,
            language=verdict.language,
            recommendation=verdict.recommendation,
            submitted_at=datetime.now(UTC),
        )
        await dismiss(viewer, review)
        return review.id


async def expire_review(review_id: UUID) -> None:
    """Tidy up after a guest once the review has expired: their key is gone already. Harmless when repeated."""
    async with transaction():
        review = await Review.objects().where(Review.id == review_id).lock_rows("NO KEY UPDATE").first()
        if review is not None and rules.is_expired(Status[review.status], review.due_on, _today()):
            await dismiss(ANYONE, review)


# -- steps ---------------------------------------------------------------------------------------------------------


def _today() -> date:
    return datetime.now(UTC).date()


async def _mine(viewer: Viewer, review_id: UUID | None, wanted: Status, expected: int | None) -> Review:
    """The review, locked, when it was asked of the viewer and `wanted` may follow."""
    review = await access_for_change(Review, viewer, review_id, "review", "id")
    if not viewer.speaks_as(review.reviewer, review.organisation, review.requested_by):
        raise refusal(
            ErrorCode.FORBIDDEN,
            "Only the person who was asked may answer, and by a sign-in for one organisation alone what concerns that.",
        )
    check_revision(expected, review.revision)
    rules.check_step(Status[review.status], wanted, review.due_on, _today())
    subject = await readable_subject(viewer, subject_of(review), review.subject_version)
    if subject and wanted is not Status.DECLINED:
        check_going_on(subject.kept, "id")
    return review


async def _check_independent(viewer: Viewer, review: Review) -> None:
    """Rule 9 by all that the reviewer is: a sign-in for one organisation keeps silent about the others."""
    reviewer = await viewer_of(viewer.require_person(), ()) or ANYONE
    rules.check_independent(reviewer.roles, await concerned(subject_of(review), reviewer.keyring))


async def _change(viewer: Viewer, review: Review, action: str, status: Status, **columns: Any) -> None:
    revision, now = review.revision + 1, datetime.now(UTC)
    await Review.update(status=status, revision=revision, updated_at=now, **columns).where(Review.id == review.id)
    await log.record(viewer, action, "Review", review.id, organisation=review.organisation)


async def _reviewer(viewer: Viewer, person_id: UUID | None) -> Viewer:
    person = await access(Person, viewer, person_id, "person", "reviewer")
    found = await viewer_of(person.id, ())
    if found is None:
        raise unknown("person", "reviewer")
    return found


async def _organisation(slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = await Organisation.select(Organisation.id).where(Organisation.slug == slug).first()
    if found is None:
        raise unknown_slug("organisation", slug, "organisation")
    organisation: UUID = found["id"]
    return organisation


async def _check_not_asked(subject: Subject, reviewer: Viewer) -> None:
    """One open review of a version by a person is enough."""
    asked = await Review.objects().where(
        (Review.reviewer == reviewer.person)
        & (Review.subject_version == subject.version)
        & Review.status.is_in(list(OPEN))
    )
    for review in asked:
        expired = rules.is_expired(Status[review.status], review.due_on, _today())
        if subject_of(review) == (subject.kind, subject.id) and not expired:
            raise refusal(ErrorCode.ALREADY_EXISTS, "This person has been asked to review it already.", "reviewer")


async def _open_to(viewer: Viewer, subject: Subject, reviewer: Viewer, review: UUID, new: NewReview) -> bool:
    """Make sure that the reviewer can read the version; whether they do so as a guest of the review."""
    thing = (subject.kind, subject.id)
    if await readable_subject(reviewer, thing, subject.version):
        return False
    if not new.guest_reader:
        message = "The reviewer may not read this version. Share it with them, or let them read it with guestReader."
        raise refusal(ErrorCode.INVALID, message, "guestReader")
    guest = await admit(viewer, subject, reviewer, review)
    if not await readable_subject(guest, thing, subject.version):
        message = "The reviewer may not read the case that the round belongs to. Ask its owner to share it with them."
        raise refusal(ErrorCode.INVALID, message, "reviewer")
    return True
