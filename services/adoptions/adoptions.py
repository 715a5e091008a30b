"""Verbs on adoptions. Each runs in one transaction, appends to the log, and has the publisher told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services import idempotency, log
from services.access import access_for_change, check_revision, require_role, unknown
from services.adoptions.rules import (
    check_address,
    check_adopter,
    check_beginning,
    check_grounds,
    check_readers,
    check_step,
)
from services.adoptions.tables import Adoption
from services.adoptions.terms import AdoptionMode, AdoptionStage
from services.audiences import Audience, check_reads, keys, readers_among
from services.cases.tables import Case, CaseVersion
from services.cases.terms import PublicationStatus
from services.columns import stored
from services.errors import ErrorCode, refusal, refuse_if
from services.notifications.notifications import News, tell_organisation
from services.notifications.terms import NotificationKind
from services.organisations.organisations import organisation_named
from services.organisations.terms import Role, TokenScope
from services.practices.tables import Practice, PracticeVersion
from services.reading import Reading, Text
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer, organisation_key


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is adopted: exactly one of a practice and a case. Neither stands for an id of another kind."""

    practice: UUID | None = None
    case: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewAdoption:
    """An adoption by `organisation`, a slug. Without an audience, whoever may read what is adopted reads it."""

    organisation: str
    mode: AdoptionMode
    stage: AdoptionStage = AdoptionStage.INTERESTED
    changes: Text | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """The stage that an adoption has reached, and what there is to say of it; None leaves as it is."""

    stage: AdoptionStage
    changes: Text | None = None
    evidence: Text | None = None
    evidence_url: str | None = None
    abandoned_reason: Text | None = None


async def record_adoption(
    viewer: Viewer, adopted: Adopted, new: NewAdoption, *, idempotency_key: str | None = None
) -> UUID:
    """Say that an organisation takes up another's published practice or case. Its publisher is told."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        whole = await _adopted_for_change(viewer, adopted)
        adopter = (await organisation_named(new.organisation, "organisation")).id
        await require_role(viewer, adopter, Role.EDITOR, "record what it takes over")
        claim = await idempotency.claim(viewer, "record_adoption", idempotency_key, (adopted, new))
        if claim.made:
            return claim.id
        refuse_if([*check_adopter(adopter, whole.owner), *check_beginning(new.stage)])
        await _check_published(whole)
        await check_reads(adopter, new.organisation, whole.audience, "practice" if adopted.practice else "case")
        narrowed = await _narrowed(viewer, new.audience, adopter, whole)
        reader = Reading()
        changes = stored(reader.text(new.changes, "changes"))
        reader.finish()
        adoption = Adoption(
            id=claim.id,
            audience=[organisation_key(adopter), organisation_key(whole.owner)],
            practice=adopted.practice,
            case=adopted.case,
            organisation=adopter,
            mode=new.mode,
            stage=new.stage,
            changes=changes,
            narrowed_to=narrowed,
        )
        if not await Adoption.insert(adoption).on_conflict(action="DO NOTHING"):
            raise refusal(
                ErrorCode.ALREADY_EXISTS,
                "The organisation has recorded this already: advance that adoption.",
                "subject",
            )
        await _share(claim.id, adopter, whole)
        await tell_organisation(whole.owner, News(NotificationKind.ADOPTION_RECORDED, "Adoption", claim.id, "1"))
        detail = {"stage": new.stage.value, "mode": new.mode.value}
        await log.record(viewer, "record_adoption", "Adoption", claim.id, organisation=adopter, detail=detail)
    return claim.id


async def advance_adoption(
    viewer: Viewer, adoption_id: UUID | None, advance: Advance, *, expected_version: int | None = None
) -> UUID:
    """Say how far an adoption has come, or that it was given up. The publisher is told.

    Evidence and what was changed may be given at any stage; what is given replaces what was there.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        adoption = await access_for_change(Adoption, viewer, adoption_id, "adoption", "id")
        await require_role(viewer, adoption.organisation, Role.EDITOR, "say how far it has come with what it took over")
        check_revision(expected_version, adoption.revision)
        reader = Reading()
        changes = stored(reader.text(advance.changes, "changes")) or adoption.changes
        evidence = stored(reader.text(advance.evidence, "evidence")) or adoption.evidence
        reason = stored(reader.text(advance.abandoned_reason, "abandonedReason"))
        address = clean(advance.evidence_url) if advance.evidence_url is not None else None
        refuse_if(
            [
                *reader.problems,
                *check_step(AdoptionStage[adoption.stage], advance.stage),
                *check_grounds(
                    advance.stage, has_evidence=evidence is not None, has_reason=advance.abandoned_reason is not None
                ),
                *check_address(address),
            ]
        )
        await Adoption.update(
            {
                Adoption.stage: advance.stage,
                Adoption.changes: changes,
                Adoption.evidence: evidence,
                Adoption.evidence_url: address or adoption.evidence_url,
                Adoption.abandoned_reason: reason,
                Adoption.revision: adoption.revision + 1,
                Adoption.updated_at: datetime.now(UTC),
            }
        ).where(Adoption.id == adoption.id)
        news = News(NotificationKind.ADOPTION_ADVANCED, "Adoption", adoption.id, str(adoption.revision + 1))
        await tell_organisation(await _owner(adoption), news)
        detail = {"from": adoption.stage, "to": advance.stage.value}
        await log.record(
            viewer, "advance_adoption", "Adoption", adoption.id, organisation=adoption.organisation, detail=detail
        )
        return adoption.id


async def _adopted_for_change(viewer: Viewer, adopted: Adopted) -> Practice | Case:
    """The practice or case, whose readers nobody can change before the caller's transaction ends."""
    if adopted.practice is not None:
        return await access_for_change(Practice, viewer, adopted.practice, "practice", "subject")
    return await access_for_change(Case, viewer, adopted.case, "practice or case", "subject")


async def _check_published(whole: Practice | Case) -> None:
    """Raise DomainError WRONG_STATE unless the version at the permanent address has reached its readers."""
    version = (
        await PracticeVersion.select(PracticeVersion.status, PracticeVersion.embargo_until)
        .where((PracticeVersion.practice == whole.id) & (PracticeVersion.number == whole.current_number))
        .first()
        if isinstance(whole, Practice)
        else await CaseVersion.select(CaseVersion.status, CaseVersion.embargo_until)
        .where((CaseVersion.case == whole.id) & (CaseVersion.number == whole.current_number))
        .first()
    )
    reached = (PublicationStatus.PUBLISHED, PublicationStatus.ARCHIVED)
    if version is None or version["status"] not in reached or version["embargo_until"] is not None:
        raise refusal(ErrorCode.WRONG_STATE, "It is not published yet: wait until it is.", "subject")


async def _narrowed(
    viewer: Viewer, audience: Audience | None, adopter: UUID, whole: Practice | Case
) -> list[str] | None:
    """The readers chosen among those of what is adopted; None for all of them.

    Whom that leaves out is told, by a DomainError, to editors of what is adopted alone: others may not know its
    readers.
    """
    if audience is None:
        return None
    case = whole.id if isinstance(whole, Case) else None
    if not viewer.has_role(whole.owner, Role.EDITOR):
        return await readers_among(viewer, audience, adopter, whole.audience, "audience", case=case)
    chosen = await keys(viewer, audience, adopter, "audience", case=case, among=whole.audience)
    refuse_if(check_readers(chosen, whole.audience, {organisation_key(adopter), organisation_key(whole.owner)}))
    return chosen


async def _share(adoption_id: UUID, adopter: UUID, whole: Practice | Case) -> None:
    """Give an adoption its readers, by the rule that it follows when those of what was adopted change."""
    await Adoption.raw(
        "update adoption set audience = adoption_audience({}, {}, narrowed_to, {}) where id = {}",
        adopter,
        whole.owner,
        whole.audience,
        adoption_id,
    )


async def _owner(adoption: Adoption) -> UUID:
    """The organisation that answers for what was adopted."""
    found = (
        await Practice.select(Practice.owner).where(Practice.id == adoption.practice).first()
        if adoption.practice is not None
        else await Case.select(Case.owner).where(Case.id == adoption.case).first()
    )
    if found is None:
        raise unknown("adoption", "id")
    owner: UUID = found["owner"]
    return owner
