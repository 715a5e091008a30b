"""Verbs on files. The bytes go straight to the file store; here is decided what may lie there and who may fetch it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import idempotency, log
from services.access import access, access_for_change, check_revision, require_role
from services.artefacts.participants import participant_of
from services.artefacts.ports import FileStore, FileStoreUnavailable, UploadLink
from services.artefacts.rules import (
    FileFacts,
    check_announced,
    check_arrived,
    check_readers,
    may_download,
    storage_key,
)
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import ArtefactKind, ScanState, UploadState
from services.artefacts.wholes import KINDS, Thing, Whole, lock_whole, whole_of
from services.artefacts.withdrawn import replace_withheld
from services.audiences import Audience, keys, readers_among
from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.ids import new_id
from services.licences import check_licence
from services.life_cycle import check_thing_going_on
from services.organisations.terms import Role, TokenScope
from services.reading import Reading
from services.text import TITLE_LIMIT, Wording, clean
from services.transaction import transaction
from services.viewer import Viewer, organisation_key

Text = tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody is about to send; `size` in bytes.

    What follows `sha256` is for a new file only. Without `audience` it is shared with all readers of its whole.
    `participant` is the alias of whom a round's file shows.
    """

    file_name: str
    media_type: str
    size: int
    sha256: str
    kind: ArtefactKind | None = None
    title: Text | None = None
    licence: str | None = None
    audience: Audience | None = None
    participant: str | None = None


@dataclass(frozen=True, slots=True)
class ArtefactChange:
    """What a file is to be from now on. Without `audience` its readers stay, without `participant` whom it shows.

    An empty `participant` says that it shows nobody in particular.
    """

    kind: ArtefactKind
    title: Text
    licence: str | None = None
    audience: Audience | None = None
    participant: str | None = None


@dataclass(frozen=True, slots=True)
class Uploading:
    """An upload, and where to send the file; no link once the upload has been verified or refused."""

    artefact: UUID
    version: UUID
    link: UploadLink | None = None


async def start_upload(
    viewer: Viewer,
    files: FileStore,
    of: Mapping[str, Thing | None],
    upload: Upload,
    *,
    largest: int,
    idempotency_key: str | None = None,
) -> Uploading:
    """Announce a file of at most `largest` bytes, and get the link that takes exactly that file.

    `of` has one key: `subject` for a new file of a case, round, practice or event, `artefact` for the next version of
    a file. The same request under the same idempotency key gives a fresh link to the same upload.
    """
    viewer.require_scope(TokenScope.WRITE)
    field, thing = _only(of)
    facts = FileFacts(clean(upload.file_name), upload.media_type.lower(), upload.size, upload.sha256.lower())
    async with transaction():
        if field == "artefact":
            artefact = await _editable(viewer, thing and thing[1], field, _ADD)
            problems = _repeated(upload)
        else:
            whole = await lock_whole(viewer, thing, field)
            await require_role(viewer, whole.organisation, Role.EDITOR, _ADD)
            artefact, problems = await _new_artefact(viewer, whole, upload)
        claim = await idempotency.claim(viewer, "start_upload", idempotency_key, (thing, upload))
        if claim.made:
            return await _again(files, claim.id)
        await check_thing_going_on(whole_of(artefact), field)
        refuse_if((*check_announced(facts, largest), *problems))
        if field == "subject":
            await Artefact.insert(artefact)
        version = await _insert_version(viewer, artefact.id, claim.id, facts)
        link = await _link(files, version)
        await _changed(viewer, artefact, "start_upload", version=str(version.id))
    return Uploading(artefact.id, version.id, link)


async def finish_upload(
    viewer: Viewer, files: FileStore, artefact_id: UUID | None, *, version_id: UUID | None = None
) -> Uploading:
    """Verify what arrived, of the version of an id or the latest that was announced; harmless when repeated.

    What was announced gets the next number and becomes the current version. Anything else is removed and refused with
    UPLOAD_MISMATCH.
    """
    viewer.require_scope(TokenScope.WRITE)
    artefact = await access(Artefact, viewer, artefact_id, "file", "artefact")
    await require_role(viewer, artefact.organisation, Role.EDITOR, _FINISH)
    version = await _version(artefact.id, version_id)
    if version.state == UploadState.STORED:
        return Uploading(artefact.id, version.id)
    refuse_if(_REFUSED if version.state == UploadState.REFUSED else ())
    problems = await _compare(files, version)  # takes seconds for a large file, so no transaction is open meanwhile
    async with transaction():
        await lock_whole(viewer, whole_of(artefact), "artefact")
        artefact = await _editable(viewer, artefact_id, "artefact", _FINISH)
        state = await _lock_state(version.id)
        if state is UploadState.STORED:  # by the same request, arriving twice at a time
            problems = ()
        elif state is UploadState.REFUSED:
            problems = problems or _REFUSED
        elif problems:
            await _refuse(viewer, files, artefact, version)
        else:
            await _accept(viewer, artefact, version)
    # Raised after the transaction, because that the upload was refused is to be remembered.
    refuse_if(problems)
    return Uploading(artefact.id, version.id)


async def edit_artefact(
    viewer: Viewer, artefact_id: UUID | None, change: ArtefactChange, *, expected_version: int | None = None
) -> UUID:
    """Change what is said of a file and who may read it; its versions stay as they are."""
    viewer.require_scope(TokenScope.WRITE)
    found = await access(Artefact, viewer, artefact_id, "file", "id")
    async with transaction():
        whole = await lock_whole(viewer, whole_of(found), "id")
        artefact = await _editable(viewer, artefact_id, "id", "change its files")
        check_revision(expected_version, artefact.revision)
        await check_thing_going_on(whole_of(artefact), "id")
        narrowed, problems = await _narrowed(viewer, change.audience, artefact.organisation, whole)
        reader = Reading()
        title = reader.text(change.title, "title", limit=TITLE_LIMIT)
        participant, unknown_to_it = await participant_of(change.participant or None, change.kind, artefact.test_round)
        refuse_if((*reader.problems, *check_licence(change.licence), *problems, *unknown_to_it))
        await Artefact.update(
            {
                Artefact.title: json.dumps(title, ensure_ascii=False),
                Artefact.kind: change.kind,
                Artefact.licence: change.licence,
                Artefact.narrowed_to: narrowed if change.audience else artefact.narrowed_to,
                Artefact.participant: artefact.participant if change.participant is None else participant,
            }
        ).where(Artefact.id == artefact.id)
        if artefact.current_number:
            await _share(artefact.id)
        await _changed(viewer, artefact, "edit_artefact")
    return artefact.id


async def download_link(  # noqa: PLR0917 - what a version is made of
    files: FileStore, state: str, scan_state: str, storage_key: str, file_name: str, media_type: str
) -> str | None:
    """A link that serves a version for some minutes, for whoever holds it; None while it must not be fetched.

    Whether the reader may read the version was decided by whoever read the row.
    """
    if not may_download(UploadState(state), ScanState(scan_state)):
        return None
    return await files.download_link(storage_key, file_name=file_name, media_type=media_type)


async def files_of(type_name: str, row_id: UUID) -> list[UUID]:
    """The files whose readers follow those of a thing of a GraphQL type, and which are indexed anew with it."""
    kind = KINDS.get(type_name)
    if kind is None:
        return []
    of_it = getattr(Artefact, kind.column) == row_id
    rows = await Artefact.select(Artefact.id).where(
        of_it | (Artefact.test_round.case == row_id) if type_name == "Case" else of_it
    )
    return [row["id"] for row in rows]


_ADD = "add files to it"
_FINISH = "finish its uploads"
_REFUSED = (Problem(ErrorCode.UPLOAD_MISMATCH, "What arrived was not what was announced; start a new upload."),)


# -- steps ---------------------------------------------------------------------------------------------------------


def _only(of: Mapping[str, Thing | None]) -> tuple[str, Thing | None]:
    if len(of) != 1:
        raise refusal(
            ErrorCode.INVALID,
            "Name either the subject that a new file belongs to, or the artefact that it is the next version of.",
            "subject",
        )
    return next(iter(of.items()))


async def _editable(viewer: Viewer, artefact_id: UUID | None, field: str, to: str) -> Artefact:
    artefact = await access_for_change(Artefact, viewer, artefact_id, "file", field)
    await require_role(viewer, artefact.organisation, Role.EDITOR, to)
    return artefact


def _repeated(upload: Upload) -> list[Problem]:
    """What a next version must not say, because its file has said it."""
    given = {name: getattr(upload, name) for name in ("kind", "title", "licence", "audience", "participant")}
    return [
        Problem(ErrorCode.INVALID, f"A next version keeps the file's {name}: leave it out.", (name,))
        for name, value in given.items()
        if value is not None
    ]


async def _new_artefact(viewer: Viewer, whole: Whole, upload: Upload) -> tuple[Artefact, list[Problem]]:
    """A file that is not stored yet, and what is wrong with it."""
    narrowed, problems = await _narrowed(viewer, upload.audience, whole.organisation, whole)
    participant, unknown_to_it = await participant_of(
        upload.participant, upload.kind, whole.id if whole.column == "test_round" else None
    )
    reader = Reading(problems=[*problems, *unknown_to_it, *check_licence(upload.licence)])
    title = reader.text(upload.title or (), "title", limit=TITLE_LIMIT)
    if upload.kind is None:
        reader.problem(ErrorCode.REQUIRED, "Say what the file is to its readers.", "kind")
    artefact = Artefact(
        id=new_id(),
        organisation=whole.organisation,
        audience=[organisation_key(whole.organisation)],
        title=json.dumps(title, ensure_ascii=False),
        kind=upload.kind,
        licence=upload.licence,
        narrowed_to=narrowed,
        participant=participant,
    )
    setattr(artefact, whole.column, whole.id)
    return artefact, reader.problems


async def _narrowed(
    viewer: Viewer, audience: Audience | None, organisation: UUID, whole: Whole
) -> tuple[list[str] | None, list[Problem]]:
    """The readers chosen among the whole's, None for all of them, and what they may know is wrong with it."""
    if audience is None:
        return None, []
    if whole.case_owner and not viewer.has_role(whole.case_owner, Role.EDITOR):
        readers = list(whole.readers_to_come)
        return await readers_among(viewer, audience, organisation, readers, "audience", case=whole.case), []
    chosen = await keys(viewer, audience, organisation, "audience", case=whole.case, among=whole.readers_to_come)
    return chosen, [*check_readers(chosen, organisation_key(organisation), whole.readers_to_come)]


async def _insert_version(viewer: Viewer, artefact_id: UUID, version_id: UUID, facts: FileFacts) -> ArtefactVersion:
    version = ArtefactVersion(
        id=version_id,
        artefact=artefact_id,
        file_name=facts.file_name,
        media_type=facts.media_type,
        size=facts.size,
        sha256=facts.sha256,
        storage_key=storage_key(artefact_id, version_id),
        uploaded_by=viewer.person,
    )
    await ArtefactVersion.insert(version)
    return version


async def _again(files: FileStore, version_id: UUID) -> Uploading:
    """The upload that an earlier request with the same key began."""
    version = await ArtefactVersion.objects().where(ArtefactVersion.id == version_id).first()
    if version is None:
        raise refusal(
            ErrorCode.WRONG_STATE,
            "The upload with this key was not finished within a day and is gone. Use a new key.",
            "idempotencyKey",
        )
    awaited = version.state == UploadState.AWAITED
    return Uploading(version.artefact, version.id, await _link(files, version) if awaited else None)


async def _link(files: FileStore, version: ArtefactVersion) -> UploadLink:
    return await files.upload_link(
        version.storage_key, media_type=version.media_type, size=version.size, sha256=version.sha256
    )


async def _version(artefact_id: UUID, version_id: UUID | None) -> ArtefactVersion:
    found = ArtefactVersion.objects().where(ArtefactVersion.artefact == artefact_id)
    if version_id is not None:
        found = found.where(ArtefactVersion.id == version_id)
    version = await found.order_by(ArtefactVersion.created_at, ArtefactVersion.id, ascending=False).first()
    if version is None:
        raise refusal(ErrorCode.NOT_FOUND, "There is no such version of this file.", "version")
    return version


async def _lock_state(version_id: UUID) -> UploadState:
    row = await ArtefactVersion.objects().where(ArtefactVersion.id == version_id).lock_rows("NO KEY UPDATE").first()
    if row is None:
        raise refusal(ErrorCode.NOT_FOUND, "The upload was not finished within a day and is gone. Start a new one.")
    return UploadState(row.state)


async def _compare(files: FileStore, version: ArtefactVersion) -> tuple[Problem, ...]:
    with _store():
        arrived = await files.stored(version.storage_key)
    if arrived is None:
        raise refusal(
            ErrorCode.WRONG_STATE,
            "The file has not arrived yet. Send it to the upload's link first; start again if the link has expired.",
        )
    facts = FileFacts(version.file_name, version.media_type, version.size, version.sha256)
    return tuple(check_arrived(facts, arrived))


async def _accept(viewer: Viewer, artefact: Artefact, version: ArtefactVersion) -> None:
    now, number = datetime.now(UTC), artefact.current_number + 1
    await ArtefactVersion.update(
        {
            ArtefactVersion.number: number,
            ArtefactVersion.state: UploadState.STORED,
            ArtefactVersion.stored_at: now,
        }
    ).where(ArtefactVersion.id == version.id)
    await Artefact.update(
        {
            Artefact.current_number: number,
            Artefact.listed_at: artefact.listed_at if artefact.current_number else now,
        }
    ).where(Artefact.id == artefact.id)
    if not artefact.current_number:
        await _share(artefact.id)
    await replace_withheld(viewer, artefact, number)
    await log.enqueue("extract", id=str(version.id))
    await _changed(viewer, artefact, "finish_upload", number=number, version=str(version.id))


async def _refuse(viewer: Viewer, files: FileStore, artefact: Artefact, version: ArtefactVersion) -> None:
    """Remove what arrived while the version is locked, so that nobody can find it acceptable in between."""
    await ArtefactVersion.update({ArtefactVersion.state: UploadState.REFUSED}).where(ArtefactVersion.id == version.id)
    await _changed(viewer, artefact, "refuse_upload", version=str(version.id))
    with _store():
        await files.delete(version.storage_key)


async def _share(artefact_id: UUID) -> None:
    """Give a file its readers, by the rule by which it follows when its whole's readers change."""
    await Artefact.raw("update artefact set audience = artefact_audience(artefact) where id = {}", artefact_id)


async def _changed(viewer: Viewer, artefact: Artefact, action: str, **detail: Any) -> None:
    await Artefact.update({Artefact.revision: Artefact.revision + 1, Artefact.updated_at: datetime.now(UTC)}).where(
        Artefact.id == artefact.id
    )
    await log.record(viewer, action, "Artefact", artefact.id, organisation=artefact.organisation, detail=detail)


@contextmanager
def _store() -> Iterator[None]:
    """Tell the person that the file store is away, in its own words."""
    try:
        yield
    except FileStoreUnavailable as error:
        raise refusal(ErrorCode.UNAVAILABLE, str(error)) from error
