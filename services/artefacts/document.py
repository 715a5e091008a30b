"""A file as the search index holds it: its title, and the text of the latest version that all its readers may read."""

import json
from uuid import UUID

from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import ScanState, UploadState
from services.organisations.tables import Organisation
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument


async def document(artefact_id: UUID) -> SearchDocument | None:
    """The file's document; None when there is no such file, or nothing of it has been verified yet."""
    artefact = await Artefact.objects().where(Artefact.id == artefact_id).first()
    if artefact is None or not artefact.current_number:
        return None
    organisation = await Organisation.objects().where(Organisation.id == artefact.organisation).first()
    if organisation is None:
        return None
    stored = (ArtefactVersion.artefact == artefact_id) & (ArtefactVersion.state == UploadState.STORED)
    version = (
        await ArtefactVersion.objects()
        .where(stored & ArtefactVersion.withheld_at.is_null())
        .order_by(ArtefactVersion.number, ascending=False)
        .first()
    )
    said = Composition()
    said.add("title", artefact.title)
    said.add("body", organisation.names)
    if version is not None and version.scan_state != ScanState.INFECTED:
        # A file does not tell its language; most often it is the one that its title was written in.
        said.plain("body", json.loads(artefact.title)["source"], version.text)
    return SearchDocument(
        type="Artefact",
        id=artefact_id,
        audience=tuple(artefact.audience),
        texts=said.texts(),
        written_in=said.written_in(),
        facets={
            "kind": (artefact.kind,),
            **place_of(organisation),
            "language": said.written_in(),
        },
        listed_at=artefact.listed_at,
    )
