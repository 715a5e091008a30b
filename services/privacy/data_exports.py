"""Verbs on one's own export: ask for it, have it made, let it go.

It is made by a job and lies in the file store, because it may be larger than an answer should be.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from services import idempotency, log
from services.artefacts.ports import FileStore
from services.errors import ErrorCode, refusal
from services.organisations.locks import lock_people
from services.organisations.members import check_speaks_for_all, speaks_for_all
from services.organisations.terms import TokenScope
from services.privacy.export import as_text, gather
from services.privacy.tables import DataExport
from services.transaction import transaction
from services.viewer import Viewer

MEDIA_TYPE: Final = "application/json"
FILE_NAME: Final = "serra-my-data.json"
AT_MOST_EVERY: Final = timedelta(hours=1)
"""How often an export is made; one that got lost in the making can be asked for anew then, too."""
_ELSEWHERE: Final = """
    select from (
        select organisation from review where reviewer = {}
        union all select organisation from comment where author = {}
        union all select owner from admission join "case" on "case".id = admission.case where admission.person = {}
    ) as work where organisation <> {} limit 1
"""
"""What somebody did for organisations, and which have let them into a case as a guest."""


def storage_key(export: UUID) -> str:
    """Where an export's bytes lie."""
    return f"exports/{export.hex}"


@dataclass(frozen=True, slots=True)
class AskedExport:
    """An export, and whether it had been asked for before, so that nothing is made anew."""

    id: UUID
    is_earlier: bool


async def export_my_data(viewer: Viewer, *, idempotency_key: str | None = None) -> AskedExport:
    """Have everything about oneself put into a file, in place of an earlier one.

    Asked again within the hour, it is the one that there is.
    """
    person = viewer.require_scope(TokenScope.READ)
    async with transaction():
        await check_speaks_for_all(viewer)
        if await _did_elsewhere(viewer):
            raise refusal(
                ErrorCode.FORBIDDEN,
                "You are signed in for one organisation, and have reviewed or commented for another, or are its guest."
                " Use a personal token that was made outside of this sign-in, or ask whoever runs this instance.",
            )
        # Locked, so that two requests at once make one.
        await lock_people(persons=[person])
        before = await DataExport.objects().where(DataExport.person == person).first()
        if before is not None and before.asked_at > datetime.now(UTC) - AT_MOST_EVERY:
            return AskedExport(before.id, is_earlier=True)
        claim = await idempotency.claim(viewer, "export_my_data", idempotency_key, None)
        if not claim.made:
            await drop_export(person)
            await DataExport.insert(DataExport(id=claim.id, person=person))
            await log.enqueue("export", id=str(claim.id))
            await log.record(viewer, "export_my_data", "Person", person)
    return AskedExport(claim.id, is_earlier=claim.made)


async def make_export(files: FileStore, export_id: UUID) -> None:
    """The job `export`. Harmless when repeated; of somebody who was erased meanwhile nothing is left lying."""
    export = await DataExport.objects().where(DataExport.id == export_id).first()
    if export is None:
        await files.delete(storage_key(export_id))
        return
    content = as_text(await gather(export.person)).encode()
    await files.put(storage_key(export_id), content, media_type=MEDIA_TYPE)
    ready = await (
        DataExport.update(
            {
                DataExport.ready_at: datetime.now(UTC),
                DataExport.size: len(content),
                DataExport.sha256: hashlib.sha256(content).hexdigest(),
            }
        )
        .where(DataExport.id == export_id)
        .returning(DataExport.id)
    )
    if not ready:
        await files.delete(storage_key(export_id))


async def drop_export(person: UUID) -> int:
    """Forget a person's export, in the caller's transaction, and have its file removed after it; gives the number."""
    gone = await DataExport.delete().where(DataExport.person == person).returning(DataExport.id)
    for row in gone:
        await log.enqueue("remove_file", key=storage_key(row["id"]))
    return len(gone)


async def may_fetch(viewer: Viewer) -> bool:
    """Whether an export of theirs is handed to a viewer: to a sign-in for one organisation if it holds nothing else."""
    return await speaks_for_all(viewer) and not await _did_elsewhere(viewer)


async def download_link(files: FileStore, export: str, ready_at: str | None) -> str | None:
    """A link that serves the file for some minutes, for whoever holds it; None until it is made."""
    if ready_at is None:
        return None
    return await files.download_link(storage_key(UUID(export)), file_name=FILE_NAME, media_type=MEDIA_TYPE)


async def _did_elsewhere(viewer: Viewer) -> bool:
    if viewer.within is None:
        return False
    person = viewer.require_person()
    return bool(await DataExport.raw(_ELSEWHERE, person, person, person, viewer.within))
