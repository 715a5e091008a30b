"""A practice as the search index holds it: what its current version says, for those who may read that."""

from uuid import UUID

from services.organisations.tables import Organisation
from services.practices import tables as t
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument


async def document(practice_id: UUID) -> SearchDocument | None:
    """The practice's document; None when there is no such practice.

    Its sources stay out of it: their readers may be fewer than the practice's.
    """
    practice = await t.Practice.objects().where(t.Practice.id == practice_id).first()
    if practice is None:
        return None
    version = (
        await t.PracticeVersion.objects()
        .where((t.PracticeVersion.practice == practice_id) & (t.PracticeVersion.number == practice.current_number))
        .first()
    )
    owner = await Organisation.objects().where(Organisation.id == practice.owner).first()
    if version is None or owner is None:
        return None
    said = Composition()
    said.add("title", version.title)
    said.add("summary", version.summary)
    said.add("body", version.fits_when, version.does_not_fit_when, version.steps, version.resources)
    written_in = said.written_in()
    said.add("body", owner.names)
    filed = await t.PracticeConcept.select(t.PracticeConcept.concept).where(t.PracticeConcept.version == version.id)
    notations = await said.file_under(row["concept"] for row in filed)
    return SearchDocument(
        type="Practice",
        id=practice_id,
        audience=tuple(practice.audience),
        texts=said.texts(),
        written_in=written_in,
        facets={
            "status": (version.status,),
            **place_of(owner),
            "language": written_in,
            "topic": tuple(notations["topic"] + notations["eurovoc"]),
        },
        listed_at=practice.listed_at,
    )
