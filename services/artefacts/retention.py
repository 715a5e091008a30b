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
    where (a.kind = {} or a.participant is not null) and r.retain_until < {}
"""


async def recordings_due(today: date) -> list[UUID]:
    """The files of kind RECORDING, or of one participant, whose round's retention date has passed."""
    return [row["id"] for row in await Artefact.raw(f"{_DUE} order by a.id", ArtefactKind.RECORDING.value, today)]


async def end_recording(artefact_id: UUID, today: date) -> int:
    """Remove a file that is due with all its versions and what was said of it; gives the number.

    Harmless when repeated, and for a file whose round has another date by now.
    """
    async with transaction():
        found = await Artefact.objects().where(Artefact.id == artefact_id).lock_rows("UPDATE").first()
        due = await Artefact.raw(f"{_DUE} and a.id = {{}}", ArtefactKind.RECORDING.value, today, artefact_id)
        if found is None or not due:
            return 0
        await remove(ANYONE, found, "end_retention")
    return 1


async def remove_file(files: FileStore, key: str) -> None:
    """The job `remove_file`: take bytes away that no row speaks of any more. Harmless when repeated."""
    await files.delete(key)
