"""Mutations on files."""

from collections.abc import Sequence
from uuid import UUID

import strawberry
from strawberry.types import Info

from schema.artefacts.terms import ArtefactKind
from schema.artefacts.types import Artefact, ArtefactVersion
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import AudienceInput
from schema.payload import Payload, answer, read
from schema.scalars import ByteCount
from schema.shared import LocalisedTextInput, user_errors
from services.artefacts import artefacts, withdrawn
from services.artefacts.ports import UploadLink as Link
from services.artefacts.wholes import KINDS, Thing
from services.errors import DomainError

_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key begins nothing twice."
_NO_VERSION = UUID(int=0)
"""Stands for a `version` that is no version's id, so that it is refused like any other that is not there."""


@strawberry.type(description="A header of an HTTP request.")
class HttpHeader:
    """A name and a value."""

    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


@strawberry.type(
    description="Where and how to send a file: one HTTP request with exactly these headers, and the file as its body."
)
class UploadLink:
    """A link that takes one file and nothing else."""

    method: str = strawberry.field(description="The request's method, such as `PUT`.")
    url: str = strawberry.field(description="The request's address. Whoever holds it can send the file.")
    headers: list[HttpHeader] = strawberry.field(description="The request's headers, all of them needed.")
    expires_in_seconds: int = strawberry.field(description="For how many seconds from now the link works.")


@strawberry.input(description="A file that is about to be sent. Name either its `subject` or its `artefact`.")
class StartUploadInput:
    """Input of startUpload."""

    file_name: str = strawberry.field(description="The name it is to be saved under, without folders.")
    media_type: str = strawberry.field(description="Its media type, such as `application/pdf`.")
    size: ByteCount = strawberry.field(description="How large it is; at most 200 MiB unless this service is set so.")
    sha256: str = strawberry.field(description="SHA-256 of its bytes, 64 hexadecimal digits.")
    subject: strawberry.ID | None = strawberry.field(
        default=None, description="For a new file: the global id of its case, test round, practice or event."
    )
    artefact: strawberry.ID | None = strawberry.field(
        default=None, description="For the next version of a file: that file's global id."
    )
    kind: ArtefactKind | None = strawberry.field(
        default=None, description="What it is to its readers. Needed for a new file; a next version keeps it."
    )
    title: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="Its title. Needed for a new file; a next version keeps it."
    )
    licence: str | None = strawberry.field(
        default=None, description="SPDX identifier of its licence. A next version keeps it."
    )
    audience: AudienceInput | None = strawberry.field(
        default=None,
        description="Who may read it, of those who may read its subject; without it all of them, as they change."
        " A next version keeps it.",
    )
    participant: str | None = strawberry.field(
        default=None,
        description="For a file of a test round that shows one participant, such as an interview: their pseudonym in"
        " that round. When they withdraw, the file is deleted. A next version keeps it.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of startUpload.")
class StartUploadPayload(Payload):
    """Payload of startUpload."""

    artefact: Artefact | None = reference("The file.")
    version: ArtefactVersion | None = reference("The version that is being uploaded.")
    upload: UploadLink | None = strawberry.field(
        default=None, description="Where to send it; null when a repeated request's upload has been finished."
    )


@strawberry.input(description="Which upload has been sent.")
class FinishUploadInput:
    """Input of finishUpload."""

    artefact: strawberry.ID = strawberry.field(description="The file's global id.")
    version: strawberry.ID | None = strawberry.field(
        default=None, description="The version's global id, as startUpload gave it; without it, the latest."
    )


@strawberry.type(description="The answer of finishUpload.")
class FinishUploadPayload(Payload):
    """Payload of finishUpload."""

    artefact: Artefact | None = reference("The file.")
    version: ArtefactVersion | None = reference("The version that was verified.")


@strawberry.input(description="What is to be said of a file from now on, and who may read it.")
class EditArtefactInput:
    """Input of editArtefact."""

    id: strawberry.ID = strawberry.field(description="The file's global id.")
    kind: ArtefactKind = strawberry.field(description="What it is to its readers.")
    title: list[LocalisedTextInput] = strawberry.field(description="Its title.")
    licence: str | None = strawberry.field(default=None, description="SPDX identifier of its licence.")
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it, of those who may read its subject; without it, who may now."
    )
    participant: str | None = strawberry.field(
        default=None,
        description="The pseudonym of the participant whom a test round's file shows; left out, that stays; empty, the"
        " file shows nobody in particular.",
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of editArtefact.")
class EditArtefactPayload(Payload):
    """Payload of editArtefact."""

    artefact: Artefact | None = reference("The file.")


@strawberry.input(description="Which version of a file is to be withheld.")
class WithholdVersionInput:
    """Input of withholdVersion."""

    artefact: strawberry.ID = strawberry.field(description="The file's global id.")
    number: int = strawberry.field(description="The version's number.")


@strawberry.type(description="The answer of withholdVersion.")
class WithholdVersionPayload(Payload):
    """Payload of withholdVersion."""

    artefact: Artefact | None = reference("The file.")


@strawberry.type
class ArtefactMutations:
    """The part of Mutation that is about files."""

    @strawberry.mutation(
        description="Announce a file, and get the link to send it to; finishUpload comes next."
        " Needs EDITOR in the organisation of what it belongs to."
    )
    async def start_upload(self, info: Info[Context, None], input: StartUploadInput) -> StartUploadPayload:
        """See services.artefacts.start_upload."""
        ports = info.context.ports
        try:
            begun = await artefacts.start_upload(
                info.context.viewer,
                ports.files,
                _of(input),
                read(artefacts.Upload, input),
                largest=ports.largest_upload,
                idempotency_key=input.idempotency_key,
            )
        except DomainError as error:
            return StartUploadPayload(user_errors=user_errors(error))
        return StartUploadPayload(references=_references(begun), upload=_shown(begun.link) if begun.link else None)

    @strawberry.mutation(
        description="Say that a file has been sent. What was announced becomes the current version; anything else is"
        " removed and refused with UPLOAD_MISMATCH. Needs EDITOR in the file's organisation."
    )
    async def finish_upload(self, info: Info[Context, None], input: FinishUploadInput) -> FinishUploadPayload:
        """See services.artefacts.finish_upload."""
        try:
            finished = await artefacts.finish_upload(
                info.context.viewer,
                info.context.ports.files,
                ids.read(input.artefact, "Artefact"),
                version_id=None if input.version is None else ids.read(input.version, "ArtefactVersion") or _NO_VERSION,
            )
        except DomainError as error:
            return FinishUploadPayload(user_errors=user_errors(error))
        return FinishUploadPayload(references=_references(finished))

    @strawberry.mutation(
        description="Change what is said of a file and who may read it. Needs EDITOR in the file's organisation."
    )
    async def edit_artefact(self, info: Info[Context, None], input: EditArtefactInput) -> EditArtefactPayload:
        """See services.artefacts.edit_artefact."""
        call = artefacts.edit_artefact(
            info.context.viewer,
            ids.read(input.id, "Artefact"),
            read(artefacts.ArtefactChange, input),
            expected_version=input.expected_version,
        )
        return await answer(EditArtefactPayload, "artefact", call)

    @strawberry.mutation(
        description="Keep a version of a file from everyone outside its organisation, and its text from search, because"
        " it shows or quotes a participant who left. It cannot be undone; the next version that is verified takes its"
        " place, and the withheld one is deleted. Needs EDITOR in the file's organisation."
    )
    async def withhold_version(self, info: Info[Context, None], input: WithholdVersionInput) -> WithholdVersionPayload:
        """See services.artefacts.withdrawn.withhold_version."""
        call = withdrawn.withhold_version(info.context.viewer, ids.read(input.artefact, "Artefact"), input.number)
        return await answer(WithholdVersionPayload, "artefact", call)


def _of(input: StartUploadInput) -> dict[str, Thing | None]:
    of: dict[str, Thing | None] = {}
    for field, given, kinds in (("subject", input.subject, tuple(KINDS)), ("artefact", input.artefact, ("Artefact",))):
        if given is not None:
            of[field] = next(((kind, row_id) for kind in kinds if (row_id := ids.read(given, kind))), None)
    return of


def _references(upload: artefacts.Uploading) -> dict[str, UUID | Sequence[UUID]]:
    return {"artefact": upload.artefact, "version": upload.version}


def _shown(link: Link) -> UploadLink:
    return UploadLink(
        method=link.method,
        url=link.url,
        headers=[HttpHeader(name=name, value=value) for name, value in link.headers.items()],
        expires_in_seconds=int(link.expires_in.total_seconds()),
    )
