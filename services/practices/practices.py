"""Verbs on practices. Each runs in one transaction and appends to the log."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from services.access import readable_rows
from services.audiences import Audience, keyring_of
from services.cases.tables import Case
from services.cases.terms import PublicationStatus as Status
from services.errors import Problem
from services.practices import rows
from services.practices.content import PracticeContent
from services.practices.rules import Publishable, check_publishable
from services.practices.tables import Practice, PracticeSource, PracticeVersion
from services.publishing import Publishing, check_note
from services.test_rounds.tables import TestRound
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewPractice:
    """A practice to be drafted; `owner` is an organisation's slug."""

    slug: str
    owner: str
    content: PracticeContent
    audience: Audience | None = None


async def draft_practice(viewer: Viewer, new: NewPractice, *, idempotency_key: str | None = None) -> UUID:
    """Begin a practice; only its owner's organisation sees the draft."""
    write = partial(rows.manuscript, viewer, new.content)
    return await _PRACTICES.draft(viewer, new, write, idempotency_key=idempotency_key)


async def edit_practice(
    viewer: Viewer,
    practice_id: UUID | None,
    content: PracticeContent,
    *,
    audience: Audience | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Replace the text of the open version; after publication this opens the next one."""
    write = partial(rows.manuscript, viewer, content)
    return await _PRACTICES.edit(viewer, practice_id, write, audience=audience, expected=expected_version)


async def submit_practice(viewer: Viewer, practice_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Hand the open version in for review."""
    return await _PRACTICES.step(viewer, practice_id, Status.SUBMITTED, "submit_practice", expected=expected_version)


async def start_practice_review(
    viewer: Viewer, practice_id: UUID | None, *, expected_version: int | None = None
) -> UUID:
    """Begin to review a submitted version."""
    return await _PRACTICES.step(
        viewer, practice_id, Status.IN_REVIEW, "start_practice_review", expected=expected_version
    )


async def request_practice_changes(
    viewer: Viewer, practice_id: UUID | None, note: str, *, expected_version: int | None = None
) -> UUID:
    """Send a version back to its authors with a note."""
    return await _PRACTICES.step(
        viewer,
        practice_id,
        Status.CHANGES_REQUESTED,
        "request_practice_changes",
        expected=expected_version,
        note=check_note(note),
    )


async def withdraw_practice(viewer: Viewer, practice_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Take the open version back."""
    return await _PRACTICES.step(viewer, practice_id, Status.WITHDRAWN, "withdraw_practice", expected=expected_version)


async def publish_practice(
    viewer: Viewer,
    practice_id: UUID | None,
    *,
    embargo_until: datetime | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Publish the open version to its audience, at once or when the embargo ends; it never changes again (rule 2).

    Raises DomainError with everything that is missing.
    """
    return await _PRACTICES.publish(viewer, practice_id, embargo_until=embargo_until, expected=expected_version)


async def release_practice(practice_id: UUID) -> None:
    """Give a published version its audience, once its embargo has ended. Harmless when repeated."""
    await _PRACTICES.release(practice_id)


async def unarchive_practice(viewer: Viewer, practice_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Make what was archived current again."""
    return await _PRACTICES.unarchive(viewer, practice_id, expected=expected_version)


async def archive_practice(viewer: Viewer, practice_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Mark the published version as no longer current; it stays where it is."""
    return await _PRACTICES.archive(viewer, practice_id, expected=expected_version)


async def _problems(practice: Practice, version: PracticeVersion) -> Iterable[Problem]:
    return check_publishable(
        Publishable(
            has_summary=version.summary is not None,
            has_fits_when=version.fits_when is not None,
            has_does_not_fit_when=version.does_not_fit_when is not None,
            steps=len(json.loads(version.steps)),
            sources=await _readable_sources(practice.owner, version.id),
        )
    )


async def _readable_sources(owner: UUID, version: UUID) -> int:
    """How many of a version's sources the owner's organisation may read, whoever publishes for it."""
    keyring = await keyring_of(owner)
    sources = await PracticeSource.select(PracticeSource.case, PracticeSource.test_round).where(
        PracticeSource.version == version
    )
    cases = {row["case"] for row in sources if row["case"]}
    rounds = {row["test_round"] for row in sources if row["test_round"]}
    return len(await readable_rows(Case, cases, keyring)) + len(await readable_rows(TestRound, rounds, keyring))


async def _released(_: PracticeVersion) -> None:
    """Nothing: the parts of a practice have no readers of their own."""


def _always(_: UUID) -> tuple[str, ...]:
    """Nobody: people are let into cases only."""
    return ()


async def _lets_edit(_: Viewer, __: Practice) -> bool:
    """Nobody besides its owner's editors: a practice has no partners."""
    return False


_PRACTICES = Publishing(
    whole=Practice,
    version=PracticeVersion,
    of=PracticeVersion.practice,
    parts=rows.PARTS,
    problems=_problems,
    released=_released,
    always=_always,
    lets_edit=_lets_edit,
)
