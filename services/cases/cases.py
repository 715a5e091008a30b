"""Verbs on cases. Each runs in one transaction and appends to the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from services.audiences import Audience
from services.cases import rows
from services.cases.content import CaseContent
from services.cases.partners import check_powers_stay, is_partner
from services.cases.rules import Publishable, check_publishable
from services.cases.tables import Case, CaseVersion, Outcome, Participation, Takeaway
from services.cases.terms import CaseKind, ParticipationRole, TakeawayKind
from services.cases.terms import PublicationStatus as Status
from services.errors import Problem
from services.organisations.tables import Organisation
from services.organisations.terms import OrganisationKind
from services.publishing import Manuscript, Publishing, check_note
from services.viewer import Viewer, admission_key


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be drafted; `owner` is an organisation's slug."""

    slug: str
    kind: CaseKind
    owner: str
    content: CaseContent
    audience: Audience | None = None
    is_example: bool = False


async def draft_case(viewer: Viewer, new: NewCase, *, idempotency_key: str | None = None) -> UUID:
    """Begin a case; only its owner's organisation sees the draft."""
    return await _CASES.draft(
        viewer,
        new,
        partial(rows.manuscript, new.content),
        idempotency_key=idempotency_key,
        kind=new.kind,
        is_example=new.is_example,
    )


async def edit_case(
    viewer: Viewer,
    case_id: UUID | None,
    content: CaseContent,
    *,
    audience: Audience | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Replace the text of the open version; after publication this opens the next one.

    A partner of the owner's may write too, but names no readers and gives nobody another part in it.
    """
    write = partial(_manuscript, viewer, case_id, content)
    return await _CASES.edit(viewer, case_id, write, audience=audience, expected=expected_version)


async def submit_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Hand the open version in for review."""
    return await _CASES.step(viewer, case_id, Status.SUBMITTED, "submit_case", expected=expected_version)


async def start_case_review(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Begin to review a submitted version."""
    return await _CASES.step(viewer, case_id, Status.IN_REVIEW, "start_case_review", expected=expected_version)


async def request_case_changes(
    viewer: Viewer, case_id: UUID | None, note: str, *, expected_version: int | None = None
) -> UUID:
    """Send a version back to its authors with a note."""
    return await _CASES.step(
        viewer,
        case_id,
        Status.CHANGES_REQUESTED,
        "request_case_changes",
        expected=expected_version,
        note=check_note(note),
    )


async def withdraw_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Take the open version back."""
    return await _CASES.step(viewer, case_id, Status.WITHDRAWN, "withdraw_case", expected=expected_version)


async def share_case(
    viewer: Viewer, case_id: UUID | None, audience: Audience, *, expected_version: int | None = None
) -> UUID:
    """Say who may read a case: at once where it is published, else when it will be."""
    return await _CASES.share(viewer, case_id, audience, expected=expected_version)


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
    return await _CASES.publish(viewer, case_id, embargo_until=embargo_until, expected=expected_version)


async def release_case(case_id: UUID) -> None:
    """Give a published version its audience, once its embargo has ended. Harmless when repeated."""
    await _CASES.release(case_id)


async def unarchive_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Make what was archived current again."""
    return await _CASES.unarchive(viewer, case_id, expected=expected_version)


async def archive_case(viewer: Viewer, case_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Mark the published version as no longer current; it stays where it is."""
    return await _CASES.archive(viewer, case_id, expected=expected_version)


async def _problems(case: Case, version: CaseVersion) -> Iterable[Problem]:
    owner = await Organisation.select(Organisation.kind).where(Organisation.id == case.owner).first()
    return check_publishable(
        Publishable(
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
    )


async def _released(version: CaseVersion) -> None:
    await Outcome.update({Outcome.audience: version.audience}).where(Outcome.version == version.id)


def _always(case_id: UUID) -> tuple[str, ...]:
    return (admission_key(case_id),)


async def _lets_edit(viewer: Viewer, case: Case) -> bool:
    return await is_partner(viewer, case.id, "edit_case")


async def _manuscript(
    viewer: Viewer, case_id: UUID | None, content: CaseContent, version: UUID, audience: list[str]
) -> Manuscript:
    if case_id is not None:
        await check_powers_stay(viewer, case_id, content.participations)
    return await rows.manuscript(content, version, audience)


_CASES = Publishing(
    whole=Case,
    version=CaseVersion,
    of=CaseVersion.case,
    parts=rows.PARTS,
    problems=_problems,
    released=_released,
    always=_always,
    lets_edit=_lets_edit,
)
