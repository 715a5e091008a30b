"""A file as the search index holds it: its title, and the text of its current version."""

import json
from uuid import UUID

from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import ScanState
from services.organisations.tables import Organisation
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument


async def document(artefact_id: UUID) -> SearchDocument | None:
    """The file's document; None when there is no such file, or nothing of it has been verified yet."""
    artefact = await Artefact.objects().where(Artefact.id == artefact_id).first()
    if artefact is None:
        return None
    version = (
        await ArtefactVersion.objects()
        .where((ArtefactVersion.artefact == artefact_id) & (ArtefactVersion.number == artefact.current_number))
        .first()
    )
    organisation = await Organisation.objects().where(Organisation.id == artefact.organisation).first()
    if version is None or organisation is None:
        return None
    said = Composition()
    said.add("title", artefact.title)
    said.add("body", organisation.names)
    if version.scan_state != ScanState.INFECTED:
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
