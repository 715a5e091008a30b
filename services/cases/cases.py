"""Verbs on cases. Each runs in one transaction and appends to the log."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.table import Table

from services import idempotency, log
from services.access import access_for_change, check_revision, require_role, unknown
from services.audiences import Audience, keys
from services.cases import rows
from services.cases.content import CaseContent
from services.cases.rules import Publishable, check_publishable
from services.cases.tables import Case, CaseVersion, Outcome, Participation, Takeaway
from services.cases.terms import CaseKind, ParticipationRole, TakeawayKind
from services.cases.terms import PublicationStatus as Status
from services.errors import ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.organisations.tables import Organisation
from services.organisations.terms import OrganisationKind, Role, TokenScope
from services.publishing import check_step, check_writable
from services.slugs import check_slug
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer, organisation_key


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be drafted; `owner` is an organisation's slug."""

    slug: str
    kind: CaseKind
    owner: str
    content: CaseContent
    audience: Audience = field(default_factory=Audience)
    is_example: bool = False


async def draft_case(viewer: Viewer, new: NewCase, *, idempotency_key: str | None = None) -> UUID:
    """Begin a case; only its owner's organisation sees the draft."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        owner = await Organisation.objects().where(Organisation.slug == new.owner).first()
        if owner is None:
            raise unknown("organisation", "owner")
        require_role(viewer, owner.id, Role.EDITOR, "write its cases")
        claim = await idempotency.claim(viewer, "draft_case", idempotency_key, new)
        if claim.made:
            return claim.id
        check_slug(new.slug, "slug")
        if await Case.exists().where(Case.slug == new.slug):
            raise refusal(
                ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug"
            )
        own = [organisation_key(owner.id)]
        case = Case(
            id=claim.id,
            slug=new.slug,
            kind=new.kind,
            owner=owner.id,
            audience=own,
            is_example=new.is_example,
        )
        await Case.insert(case)
        release = await keys(viewer, new.audience, owner.id, "audience")
        await _write_version(viewer, case.id, 1, own, release, new.content)
        await log.record(viewer, "draft_case", "Case", case.id, organisation=owner.id)
    return claim.id


async def edit_case(
    viewer: Viewer,
    case_id: UUID | None,
    content: CaseContent,
    *,
    audience: Audience | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Replace the text of the open version; after publication this opens the next one."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        case = await _editable(viewer, case_id, expected_version, "change its cases")
        latest = await _latest(case.id)
        own = [organisation_key(case.owner)]
        release = (
            await keys(viewer, audience, case.owner, "audience") if audience else latest.release_audience
        )
        if latest.status in {Status.PUBLISHED, Status.ARCHIVED}:
            await _write_version(viewer, case.id, latest.number + 1, own, release, content)
        else:
            check_writable(Status(latest.status))
            await _rewrite_version(latest, own, release, content)
        await _changed(viewer, case, "edit_case")
    return case.id


async def submit_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Hand the open version in for review."""
    return await _step(viewer, case_id, Status.SUBMITTED, "submit_case", expected_version)


async def start_case_review(
    viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None
) -> UUID:
    """Begin to review a submitted version."""
    return await _step(viewer, case_id, Status.IN_REVIEW, "start_case_review", expected_version)


async def request_case_changes(
    viewer: Viewer, case_id: UUID | None, note: str, *, expected_version: int | None = None
) -> UUID:
    """Send a version back to its authors with a note."""
    if not clean(note):
        raise refusal(ErrorCode.REQUIRED, "Say what should change.", "note")
    return await _step(
        viewer, case_id, Status.CHANGES_REQUESTED, "request_case_changes", expected_version, clean(note)
    )


async def withdraw_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Take the open version back."""
    return await _step(viewer, case_id, Status.WITHDRAWN, "withdraw_case", expected_version)


async def publish_case(
    viewer: Viewer,
    case_id: UUID | None,
    *,
    embargo_until: datetime | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Publish the open version to its audience, at once or when the embargo ends; it never changes again (rule 2).

    Raises DomainError with every unmet condition of rule 1.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        case = await _editable(viewer, case_id, expected_version, "publish its cases")
        version = await _latest(case.id)
        check_step(Status(version.status), Status.PUBLISHED)
        refuse_if(check_publishable(await _publishable(case, version)))
        now = datetime.now(UTC)
        embargoed = embargo_until is not None and embargo_until > now
        await CaseVersion.update(
            {
                CaseVersion.status: Status.PUBLISHED,
                CaseVersion.published_at: now,
                CaseVersion.embargo_until: embargo_until if embargoed else None,
            }
        ).where(CaseVersion.id == version.id)
        if embargoed:
            await log.enqueue("release", at=embargo_until, type="Case", id=str(case.id))
        else:
            await _release(case, version, now)
        await _changed(viewer, case, "publish_case", number=version.number)
    return case.id


async def release_case(case_id: UUID) -> None:
    """Give a published version its audience, once its embargo has ended. Harmless when repeated."""
    async with transaction():
        case = await Case.objects().where(Case.id == case_id).lock_rows("NO KEY UPDATE").first()
        version = await _latest(case_id) if case else None
        now = datetime.now(UTC)
        if case is None or version is None or version.status != Status.PUBLISHED:
            return
        if version.embargo_until is None or version.embargo_until > now:
            return
        await CaseVersion.update({CaseVersion.embargo_until: None}).where(CaseVersion.id == version.id)
        await _release(case, version, now)
        await _changed(Viewer(), case, "release_case", number=version.number)


async def archive_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Mark the published version as no longer current; it stays where it is."""
    return await _step(viewer, case_id, Status.ARCHIVED, "archive_case", expected_version)


# -- steps ---------------------------------------------------------------------------------------------------------


async def _step(
    viewer: Viewer,
    case_id: UUID | None,
    wanted: Status,
    action: str,
    expected: int | None,
    note: str | None = None,
) -> UUID:
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        case = await _editable(viewer, case_id, expected, "decide on its cases")
        version = await _latest(case.id)
        check_step(Status(version.status), wanted)
        await CaseVersion.update({CaseVersion.status: wanted, CaseVersion.review_note: note}).where(
            CaseVersion.id == version.id
        )
        await _changed(viewer, case, action, number=version.number)
    return case.id


async def _editable(viewer: Viewer, case_id: UUID | None, expected: int | None, to: str) -> Case:
    case = await access_for_change(Case, viewer, case_id, "case", "id")
    require_role(viewer, case.owner, Role.EDITOR, to)
    check_revision(expected, case.revision)
    return case


async def _latest(case_id: UUID) -> CaseVersion:
    found = (
        await CaseVersion.objects()
        .where(CaseVersion.case == case_id)
        .order_by(CaseVersion.number, ascending=False)
        .first()
    )
    if found is None:
        raise unknown("case", "id")
    return found


async def _changed(viewer: Viewer, case: Case, action: str, **detail: Any) -> None:
    await Case.update({Case.revision: Case.revision + 1, Case.updated_at: datetime.now(UTC)}).where(
        Case.id == case.id
    )
    await log.record(viewer, action, "Case", case.id, organisation=case.owner, detail=detail)


async def _publishable(case: Case, version: CaseVersion) -> Publishable:
    owner = await Organisation.select(Organisation.kind).where(Organisation.id == case.owner).first()
    return Publishable(
        owner_kind=OrganisationKind(owner["kind"]) if owner else OrganisationKind.OTHER,
        owner_participates=await Participation.exists().where(
            (Participation.version == version.id)
            & (Participation.organisation == case.owner)
            & (Participation.role == ParticipationRole.OWNER)
        ),
        has_challenge=version.challenge is not None,
        has_summary=version.summary is not None,
        lessons=await Takeaway.count().where(
            (Takeaway.version == version.id) & (Takeaway.kind == TakeawayKind.LESSON)
        ),
        outcomes=await Outcome.count().where(Outcome.version == version.id),
    )


async def _release(case: Case, version: CaseVersion, now: datetime) -> None:
    """Make the version the current one and give it, its parts and the case their readers."""
    audience = version.release_audience
    await CaseVersion.update({CaseVersion.status: Status.SUPERSEDED}).where(
        (CaseVersion.case == case.id)
        & (CaseVersion.status == Status.PUBLISHED)
        & (CaseVersion.id != version.id)
    )
    await CaseVersion.update({CaseVersion.audience: audience}).where(CaseVersion.id == version.id)
    await Outcome.update({Outcome.audience: audience}).where(Outcome.version == version.id)
    first = version.number == 1
    await Case.update(
        {
            Case.audience: audience,
            Case.current_number: version.number,
            Case.listed_at: now if first else case.listed_at,
        }
    ).where(Case.id == case.id)


# -- versions ------------------------------------------------------------------------------------------------------


async def _write_version(
    viewer: Viewer, case_id: UUID, number: int, audience: list[str], release: list[str], content: CaseContent
) -> None:
    reader = await rows.read(content)
    version = CaseVersion(
        id=new_id(),
        case=case_id,
        number=number,
        audience=audience,
        release_audience=release,
        created_by=viewer.person,
        created_at=datetime.now(UTC),
        **rows.version_columns(content, reader),
    )
    parts = rows.part_rows(version.id, content, audience, reader)
    reader.finish()
    await CaseVersion.insert(version)
    await _insert(parts)


async def _rewrite_version(
    version: CaseVersion, audience: list[str], release: list[str], content: CaseContent
) -> None:
    reader = await rows.read(content)
    columns = rows.version_columns(content, reader)
    parts = rows.part_rows(version.id, content, audience, reader)
    reader.finish()
    for table in rows.PARTS:
        await table.delete().where(table.version == version.id)  # type: ignore[attr-defined] - every part has one
    await CaseVersion.update({**columns, "release_audience": release}).where(CaseVersion.id == version.id)
    await _insert(parts)


async def _insert(parts: list[list[Table]]) -> None:
    for batch in parts:
        if batch:
            await type(batch[0]).insert(*batch)
