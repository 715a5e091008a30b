"""Recordings, and other files that show one participant, are let go with their round's retention date."""

from datetime import date
from typing import Final
from uuid import UUID

from services.artefacts.participants import remove
from services.artefacts.ports import FileStore
from services.artefacts.tables import Artefact
from services.artefacts.terms import ArtefactKind
from services.transaction import transaction
from services.viewer import ANYONE

_DUE: Final = """
    select a.id from artefact a join test_round r on r.id = a.test_round
    where (a.kind = {} or a.participant is not null) and r.retain_until < {} order by a.id
"""


async def recordings_due(today: date) -> list[UUID]:
    """The files of kind RECORDING, or of one participant, whose round's retention date has passed."""
    return [row["id"] for row in await Artefact.raw(_DUE, ArtefactKind.RECORDING.value, today)]


async def end_recording(artefact_id: UUID) -> int:
    """Remove a file with all its versions and what was said of it; gives the number. Harmless when repeated."""
    async with transaction():
        found = await Artefact.objects().where(Artefact.id == artefact_id).lock_rows("UPDATE").first()
        if found is None:
            return 0
        await remove(ANYONE, found, "end_retention")
    return 1


async def remove_file(files: FileStore, key: str) -> None:
    """The job `remove_file`: take bytes away that no row speaks of any more. Harmless when repeated."""
    await files.delete(key)
