"""Organisations, networks and labs as the search index holds them."""

from uuid import UUID

from services.organisations.tables import Lab, LabFormat, Network, NetworkMember, Organisation
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument
from services.viewer import PUBLIC


async def organisation_document(organisation_id: UUID) -> SearchDocument | None:
    """An organisation's document, which everyone may find; None when there is no such organisation."""
    organisation = await Organisation.objects().where(Organisation.id == organisation_id).first()
    if organisation is None:
        return None
    said = Composition()
    said.add("title", organisation.names)
    said.add("summary", organisation.description)
    return SearchDocument(
        type="Organisation",
        id=organisation_id,
        audience=(PUBLIC,),
        texts=said.texts(),
        written_in=said.written_in(),
        facets={"kind": (organisation.kind,), **place_of(organisation), "language": said.written_in()},
        listed_at=organisation.listed_at,
    )


async def network_document(network_id: UUID) -> SearchDocument | None:
    """A network's document, for those who may read the network; None when there is no such network."""
    network = await Network.objects().where(Network.id == network_id).first()
    if network is None:
        return None
    members = (
        await Organisation.select(Organisation.slug, Organisation.names)
        .where(
            Organisation.id.is_in(
                NetworkMember.select(NetworkMember.organisation).where(NetworkMember.network == network_id)
            )
        )
        .order_by(Organisation.slug)
    )
    said = Composition()
    said.add("title", network.names)
    said.add("summary", network.description)
    written_in = said.written_in()
    said.add("body", *(member["names"] for member in members))
    return SearchDocument(
        type="Network",
        id=network_id,
        audience=tuple(network.audience),
        texts=said.texts(),
        written_in=written_in,
        facets={"organisation": tuple(member["slug"] for member in members), "language": written_in},
        listed_at=network.listed_at,
    )


async def lab_document(lab_id: UUID) -> SearchDocument | None:
    """A lab's document, for its audience; None when there is no such lab."""
    lab = await Lab.objects().where(Lab.id == lab_id).first()
    organisation = await Organisation.objects().where(Organisation.id == lab.organisation).first() if lab else None
    if lab is None or organisation is None:
        return None
    formats = await LabFormat.select(LabFormat.name).where(LabFormat.lab == lab_id).order_by(LabFormat.position)
    said = Composition()
    said.add("title", lab.names)
    said.add("summary", lab.space)
    said.add("body", lab.participants, *(one["name"] for one in formats))
    written_in = said.written_in()
    said.add("body", organisation.names)
    return SearchDocument(
        type="Lab",
        id=lab_id,
        audience=tuple(lab.audience),
        texts=said.texts(),
        written_in=written_in,
        facets={**place_of(organisation), "language": written_in},
        listed_at=lab.listed_at,
    )
