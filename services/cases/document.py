"""A case as the search index holds it: what its current version says, for those who may read that."""

from uuid import UUID

from piccolo.table import Table

from services.cases import tables as t
from services.organisations.tables import Organisation
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument

_STATEMENTS: tuple[tuple[type[Table], tuple[str, ...]], ...] = (
    (t.Phase, ("name", "description")),
    (t.Finding, ("statement",)),
    (t.Challenge, ("statement",)),
    (t.Idea, ("title", "description")),
    (t.RoadMapItem, ("phase", "sub_project")),
    (t.Principle, ("statement",)),
    (t.Output, ("statement",)),
    (t.Takeaway, ("text",)),
    (t.MethodUse, ("with_whom", "note")),
    (t.Participation, ("stakeholder_group",)),
)
"""The parts whose texts are searched. Outcomes come in separately: their readers may be fewer than the case's."""


async def document(case_id: UUID) -> SearchDocument | None:
    """The case's document; None when there is no such case."""
    case = await t.Case.objects().where(t.Case.id == case_id).first()
    if case is None:
        return None
    version = (
        await t.CaseVersion.objects()
        .where((t.CaseVersion.case == case_id) & (t.CaseVersion.number == case.current_number))
        .first()
    )
    owner = await Organisation.objects().where(Organisation.id == case.owner).first()
    if version is None or owner is None:
        return None
    said = Composition()
    said.add("title", version.title)
    said.add("summary", version.summary)
    said.add("body", version.challenge, version.context)
    for table, columns in _STATEMENTS:
        for row in await table.select().where(table.version == version.id):  # type: ignore[attr-defined]  # a part
            said.add("body", *(row[column] for column in columns))
    readers = set(case.audience)
    for row in await t.Outcome.select().where(t.Outcome.version == version.id):
        if set(row["audience"]) >= readers:
            said.add("body", row["indicator"], row["source"])
    phases = await t.Phase.select(t.Phase.stage).where(t.Phase.version == version.id)
    filed = await t.CaseConcept.select(t.CaseConcept.concept).where(t.CaseConcept.version == version.id)
    methods = await t.MethodUse.select(t.MethodUse.method).where(t.MethodUse.version == version.id)
    written_in = said.written_in()
    notations = await said.file_under([*(row["concept"] for row in filed), *(row["method"] for row in methods)])
    said.add("body", owner.names)
    return SearchDocument(
        type="Case",
        id=case_id,
        audience=tuple(case.audience),
        texts=said.texts(),
        written_in=written_in,
        facets={
            "kind": (case.kind,),
            "status": (version.status,),
            **place_of(owner),
            "language": written_in,
            "topic": tuple(notations["topic"] + notations["eurovoc"]),
            "targetGroup": tuple(notations["target-group"]),
            "method": tuple(notations["method"]),
            "stage": tuple(sorted({row["stage"] for row in phases})),
        },
        listed_at=case.listed_at,
    )
