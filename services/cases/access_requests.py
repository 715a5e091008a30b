"""Verbs on requests for access. Each runs in one transaction, and logs.

Who asks learns nothing from asking: a request for a case that they may not read and one for a case that is not there
are taken, kept and shown alike, by the same statements. Only an answer tells, and that is the owner's to give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services import idempotency, log
from services.access import readable, unknown
from services.cases.admissions import admit_body, admit_person
from services.cases.rules import LAPSES_AFTER, OPEN_AT_MOST, check_answer, check_request, check_unanswered
from services.cases.tables import AccessRequest, Case
from services.cases.terms import AccessAnswer
from services.errors import ErrorCode, refusal, refuse_if
from services.notifications.notifications import News, notify_organisation, tell_person
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_people
from services.organisations.tables import Organisation
from services.organisations.terms import Role, TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Somebody's wish to be let into the case of a slug or a global id; `organisation` is one of theirs, by slug."""

    case: str
    message: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner says; `until` when they let somebody in, `reason` as they like."""

    answer: AccessAnswer
    until: datetime | None = None
    reason: str | None = None


async def request_access(
    viewer: Viewer, case_id: UUID | None, new: NewRequest, *, idempotency_key: str | None = None
) -> UUID:
    """Ask a case's owner to be let in; `case_id` is given where `new.case` is a global id. Gives the request's id."""
    person = viewer.require_scope(TokenScope.REVIEW)
    asked, message = clean(new.case), clean(new.message)
    refuse_if(check_request(asked, message))
    async with transaction():
        # Locked, so that two requests at once cannot both take the last place.
        await lock_people(persons=[person])
        organisation = await _own(viewer, new.organisation)
        claim = await idempotency.claim(viewer, "request_access", idempotency_key, new)
        if claim.made:
            return claim.id
        named = (Case.id == case_id) if case_id else (Case.slug == asked)
        case = await Case.select(Case.id, Case.audience).where(named).first()
        if case is not None and readable(case["audience"], viewer.keyring):
            raise refusal(ErrorCode.WRONG_STATE, "You may read this case already.", "case")
        await _check_room(person, asked)
        await AccessRequest.insert(
            AccessRequest(
                id=claim.id,
                person=person,
                organisation=organisation,
                asked=asked,
                case=case["id"] if case else None,
                message=message,
            )
        )
        await log.enqueue("access_requested", id=str(claim.id))
        await log.record(viewer, "request_access", "AccessRequest", claim.id)
    return claim.id


async def answer_access_request(viewer: Viewer, request_id: UUID | None, given: Answer) -> UUID:
    """Let somebody in, themselves or with their organisation, or say no. Who asked is told."""
    viewer.require_scope(TokenScope.WRITE)
    reason = clean(given.reason or "") or None
    async with keyring_change():
        request, case = await _asked_of(viewer, request_id)
        check_unanswered(request.answer)
        refuse_if(check_answer(given.answer, given.until, reason, from_organisation=request.organisation is not None))
        if given.answer is AccessAnswer.GUEST and given.until:
            await admit_person(viewer, case, request.person, given.until)
        elif given.answer is AccessAnswer.ORGANISATION and given.until:
            await admit_body(viewer, case, request.organisation, given.until)
        await AccessRequest.update(answer=given.answer, answered_at=datetime.now(UTC), reason=reason).where(
            AccessRequest.id == request.id
        )
        concerned = [case.owner, request.organisation] if request.organisation else [case.owner]
        news = News(NotificationKind.ACCESS_ANSWERED, "Case", case.id, str(request.id))
        await tell_person(request.person, news, *concerned)
        detail = {"answer": given.answer.value}
        await log.record(
            viewer, "answer_access_request", "AccessRequest", request.id, organisation=case.owner, detail=detail
        )
        return request.id


async def announce_request(job: Mapping[str, str]) -> None:
    """Tell the owner of the case that was asked for, if there is one. Harmless when repeated."""
    request = await AccessRequest.objects().where(AccessRequest.id == UUID(job["id"])).first()
    case = await Case.objects().where(Case.id == request.case).first() if request else None
    if request is not None and case is not None:
        await notify_organisation(case.owner, News(NotificationKind.ACCESS_REQUESTED, "Case", case.id, str(request.id)))


# -- steps ---------------------------------------------------------------------------------------------------------


async def _own(viewer: Viewer, slug: str | None) -> UUID | None:
    """The organisation for which the viewer asks."""
    if slug is None:
        return None
    found = await Organisation.select(Organisation.id).where(Organisation.slug == slug).first()
    if found is None or found["id"] not in viewer.roles:
        raise refusal(ErrorCode.INVALID, "Name an organisation that you belong to, by its slug.", "organisation")
    organisation: UUID = found["id"]
    return organisation


async def _check_room(person: UUID, asked: str) -> None:
    since = datetime.now(UTC) - LAPSES_AFTER
    waiting = await AccessRequest.select(AccessRequest.asked).where(
        (AccessRequest.person == person) & AccessRequest.answer.is_null() & (AccessRequest.created_at > since)
    )
    if any(row["asked"] == asked for row in waiting):
        raise refusal(ErrorCode.ALREADY_EXISTS, "You have asked for this already. Wait for the answer.", "case")
    if len(waiting) >= OPEN_AT_MOST:
        raise refusal(
            ErrorCode.WRONG_STATE,
            f"{OPEN_AT_MOST} of your requests wait for an answer. Ask again when one was answered, or has lapsed.",
        )


async def _asked_of(viewer: Viewer, request_id: UUID | None) -> tuple[AccessRequest, Case]:
    """The request, locked, and its case, when the viewer is an editor of that case's owner.

    Raises DomainError NOT_FOUND for everybody else, also for who asked: another code would tell that there is a case.
    """
    found = AccessRequest.objects().where(AccessRequest.id == request_id).lock_rows("NO KEY UPDATE").first()
    request = await found if request_id else None
    case = await Case.objects().where(Case.id == request.case).first() if request and request.case else None
    if request is None or case is None or not viewer.has_role(case.owner, Role.EDITOR):
        raise unknown("access request", "id")
    return request, case
