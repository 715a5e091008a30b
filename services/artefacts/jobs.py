"""What happens to uploads by itself: text is read out of files, and what never arrived is cleared away."""

import asyncio
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services import log
from services.artefacts.ports import FileStore, TextReaders
from services.artefacts.rules import PATIENCE
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import UploadState
from services.artefacts.withdrawn import redacted, withhold, words_for
from services.text import clean
from services.transaction import transaction
from services.viewer import ANYONE

LARGEST_READ: Final = 16 * 1024 * 1024
"""Bytes; of larger files no text is read, because reading one takes several times its size in memory."""

TEXT_KEPT: Final = 1_000_000
"""Characters."""

_SWEPT_AT_MOST: Final = 1_000


async def extract_text(files: FileStore, readers: TextReaders, version_id: UUID) -> None:
    """The job `extract`: store a version's text and have its file indexed anew. Harmless when repeated.

    Types that have no reader, damaged files and files over LARGEST_READ keep no text; words that a participant has
    withdrawn are not kept either. Raises FileStoreUnavailable.
    """
    version = await ArtefactVersion.objects().where(ArtefactVersion.id == version_id).first()
    if version is None or version.state != UploadState.STORED or version.size > LARGEST_READ:
        return
    reader = readers.get(version.media_type.partition(";")[0])
    if reader is None:
        return
    try:
        text = await asyncio.to_thread(reader, await files.read(version.storage_key))
    except (FileNotFoundError, ValueError):
        return
    async with transaction():
        artefact = await Artefact.objects().where(Artefact.id == version.artefact).lock_rows("UPDATE").first()
        if artefact is None:
            return
        redaction = await redacted(clean(text)[:TEXT_KEPT], await words_for(artefact, version.created_at))
        await ArtefactVersion.update({ArtefactVersion.text: redaction.text}).where(ArtefactVersion.id == version_id)
        await withhold(artefact, version_id, redaction)
        await log.enqueue("index", type="Artefact", id=str(version.artefact))


async def sweep_uploads(files: FileStore) -> int:
    """The daily job: remove uploads that were not finished within PATIENCE, or were refused that long ago.

    Files that have no version left go with them. Gives the number of uploads removed. Raises FileStoreUnavailable;
    what was removed until then stays removed.
    """
    before = datetime.now(UTC) - PATIENCE
    stale = (
        await ArtefactVersion.select(ArtefactVersion.id, ArtefactVersion.artefact)
        .where((ArtefactVersion.state != UploadState.STORED) & (ArtefactVersion.created_at < before))
        .order_by(ArtefactVersion.created_at)
        .limit(_SWEPT_AT_MOST)
    )
    return sum([await _sweep(files, row["artefact"], row["id"]) for row in stale])


async def _sweep(files: FileStore, artefact_id: UUID, version_id: UUID) -> bool:
    """Remove one upload, unless somebody is at work on its file at this moment."""
    async with transaction():
        artefact = (
            await Artefact.objects().where(Artefact.id == artefact_id).lock_rows("UPDATE", skip_locked=True).first()
        )
        version = await ArtefactVersion.objects().where(ArtefactVersion.id == version_id).first()
        if artefact is None or version is None or version.state == UploadState.STORED:
            return False
        await ArtefactVersion.delete().where(ArtefactVersion.id == version_id)
        if not await ArtefactVersion.exists().where(ArtefactVersion.artefact == artefact_id):
            await Artefact.delete().where(Artefact.id == artefact_id)
        await log.record(
            ANYONE,
            "sweep_upload",
            "Artefact",
            artefact_id,
            organisation=artefact.organisation,
            detail={"version": str(version.id)},
        )
        # Also of a refused upload, whose file is gone: its link may have been used again.
        await files.delete(version.storage_key)
    return True
