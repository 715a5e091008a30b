"""Files that show a participant of a round: who that is, and what becomes of them when the participant leaves."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import log
from services.artefacts.rules import PATIENCE
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import ArtefactKind, UploadState
from services.errors import ErrorCode, Problem
from services.test_rounds.consents import consents_of
from services.test_rounds.rules import check_consent, check_recording
from services.test_rounds.tables import Observation, TestRound
from services.test_rounds.terms import LawfulBasis
from services.text import clean
from services.viewer import Viewer


async def participant_of(
    alias: str | None, kind: ArtefactKind | None, test_round: UUID | None
) -> tuple[str | None, list[Problem]]:
    """The pseudonym as it is stored, and what is wrong with a file of it (rule 4).

    The file shows somebody whom the round knows: by a consent that stands, or where none is needed by what was seen.
    """
    if alias is None:
        return None, []
    name = clean(alias)
    found = await TestRound.objects().where(TestRound.id == test_round).first() if test_round else None
    if found is None:
        return None, [
            Problem(ErrorCode.INVALID, "Only a file of a test round shows one of its participants.", ("participant",))
        ]
    consents = await consents_of(found)
    if name.casefold() not in consents and not await _is_observed(found.id, name):
        problem = f"This round knows nobody called «{name[:60]}». Record their consent first."
        return None, [Problem(ErrorCode.NOT_FOUND, problem, ("participant",))]
    recorded = kind is ArtefactKind.RECORDING
    basis = LawfulBasis(found.lawful_basis) if found.lawful_basis else None
    problems = (
        *check_recording(name, recorded=recorded, records_people=found.records_people),
        *check_consent(basis, name, recorded=recorded and found.records_people, consents=consents),
    )
    return name, [Problem(problem.code, problem.message, ("participant",)) for problem in problems]


async def files_showing(test_round: UUID, aliases: Collection[str]) -> list[Artefact]:
    """The files of a round that show participants, by folded alias, locked until the caller's transaction ends."""
    files = (
        await Artefact.objects()
        .where((Artefact.test_round == test_round) & Artefact.participant.is_not_null())
        .order_by(Artefact.id)
        .lock_rows("UPDATE")
    )
    return [file for file in files if file.participant.casefold() in aliases]


async def remove(viewer: Viewer, artefact: Artefact, action: str) -> None:
    """Remove a file with all its versions and what was said of it, in the caller's transaction."""
    versions = await ArtefactVersion.select().where(ArtefactVersion.artefact == artefact.id)
    for version in versions:
        await remove_bytes(version)
    await Artefact.delete().where(Artefact.id == artefact.id)
    detail = {"versions": len(versions)}
    await log.record(viewer, action, "Artefact", artefact.id, organisation=artefact.organisation, detail=detail)


async def remove_bytes(version: Mapping[str, Any]) -> None:
    """Have a version's bytes taken away after the caller's transaction, and what its upload link still lets in."""
    now = datetime.now(UTC)
    await log.enqueue("remove_file", key=version["storage_key"])
    # Whoever has the link can send the same bytes once more while it lasts, whatever was made of the first.
    if version["state"] != UploadState.STORED or version["stored_at"] > now - PATIENCE:
        await log.enqueue("remove_file", at=now + PATIENCE, key=version["storage_key"])


async def _is_observed(test_round: UUID, name: str) -> bool:
    rows = await Observation.select(Observation.alias).where(
        (Observation.test_round == test_round) & Observation.alias.is_not_null()
    )
    return any(row["alias"].casefold() == name.casefold() for row in rows)
