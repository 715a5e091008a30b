"""A test round as the search index holds it.

It says what every reader of the round may read: no number of people, no participant's alias, and none of their words.
"""

from uuid import UUID

from piccolo.columns import JSONB
from piccolo.table import Table

from services.cases.tables import CaseConcept, CaseVersion, MethodUse
from services.organisations.tables import Organisation
from services.search.compose import Composition, place_of
from services.search.ports import SearchDocument
from services.test_rounds import tables as t

_STATEMENTS: tuple[tuple[type[Table], tuple[JSONB, ...]], ...] = (
    (t.Criterion, (t.Criterion.statement,)),
    (t.Site, (t.Site.name,)),
    (t.ParticipantGroup, (t.ParticipantGroup.name,)),
    (t.Observation, (t.Observation.task, t.Observation.text)),
    (t.RoundFinding, (t.RoundFinding.statement, t.RoundFinding.action)),
    (t.Verdict, (t.Verdict.note,)),
    (t.Deviation, (t.Deviation.change, t.Deviation.reason)),
)
"""The parts whose texts are searched. An observation's quote is not among them."""


async def document(round_id: UUID) -> SearchDocument | None:
    """The round's document; None when there is no such round."""
    found = await t.TestRound.objects().where(t.TestRound.id == round_id).first()
    if found is None:
        return None
    organisation = await Organisation.objects().where(Organisation.id == found.organisation).first()
    if organisation is None:
        return None
    said = Composition()
    said.add("title", found.problem)
    said.add("summary", found.hypothesis)
    said.add("body", found.decision_reason, found.cancelled_reason)
    for table, columns in _STATEMENTS:
        of_round = table.test_round == round_id  # type: ignore[attr-defined]  # every part has one
        for row in await table.select(*columns).where(of_round):
            said.add("body", *row.values())
    said.add("body", organisation.names)
    # Found under its case's concepts, but not by their names: those lead to the case itself.
    notations = await Composition().file_under(await _concepts(found.case))
    return SearchDocument(
        type="TestRound",
        id=round_id,
        audience=tuple(found.audience),
        texts=said.texts(),
        written_in=said.written_in(),
        facets={
            "status": (found.status,),
            **place_of(organisation),
            "language": said.written_in(),
            "topic": tuple(notations["topic"] + notations["eurovoc"]),
            "targetGroup": tuple(notations["target-group"]),
            "method": tuple(notations["method"]),
        },
        listed_at=found.listed_at,
    )


async def _concepts(case: UUID) -> list[UUID]:
    """What the case is filed under, which is what its rounds are about."""
    current = CaseVersion.case.current_number == CaseVersion.number
    version = await CaseVersion.select(CaseVersion.id).where((CaseVersion.case == case) & current).first()
    if version is None:
        return []
    filed = await CaseConcept.select(CaseConcept.concept).where(CaseConcept.version == version["id"])
    methods = await MethodUse.select(MethodUse.method).where(MethodUse.version == version["id"])
    return [*(row["concept"] for row in filed), *(row["method"] for row in methods)]
