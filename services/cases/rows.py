"""CaseContent → rows: every part of a version, in order, with its references resolved."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from piccolo.table import Table

from services.cases import content as c
from services.cases import tables as t
from services.cases.rules import check_currency
from services.cases.terms import OutcomeKind, TakeawayKind
from services.columns import stored
from services.errors import ErrorCode
from services.licences import check_licence
from services.links import check_source
from services.measures import check_measure
from services.organisations.rules import check_website
from services.publishing import Manuscript
from services.reading import Reading, reading
from services.text import SUMMARY_LIMIT, TITLE_LIMIT, clean

_WEIGHT: Final = (1, 5)
_RANK: Final = (1, 1_000)


async def manuscript(content: c.CaseContent, version: UUID, audience: list[str]) -> Manuscript:
    """The content as a version's columns and parts. Raises DomainError with everything that is wrong with it."""
    check_length(content)
    reader = await read(content)
    made = Manuscript(version_columns(content, reader), part_rows(version, content, audience, reader))
    reader.finish()
    return made


def check_length(content: c.CaseContent) -> None:
    """Raise DomainError TOO_LONG for each list that has too many parts, before any of them is looked up."""
    reader = Reading()
    for name, parts in (
        ("languages", content.languages),
        ("start", content.start),
        ("end", content.end),
        ("topics", content.topics),
        ("targetGroups", content.target_groups),
        ("functions", content.functions),
        ("participations", content.participations),
        ("phases", content.phases),
        ("methods", content.methods),
        ("findings", content.findings),
        ("challenges", content.challenges),
        ("ideas", content.ideas),
        ("roadMap", content.road_map),
        ("principles", content.principles),
        ("outputs", content.outputs),
        ("outcomes", content.outcomes),
        ("lessons", content.lessons),
        ("barriers", content.barriers),
        ("successConditions", content.success_conditions),
        ("resourceNeeds", content.resource_needs),
        ("contacts", content.contacts),
    ):
        reader.few(parts, name)
    for n, item in enumerate(content.road_map):
        reader.few(item.start, "roadMap", str(n), "start")
        reader.few(item.end, "roadMap", str(n), "end")
    for n, idea in enumerate(content.ideas):
        if idea.sheet is not None:
            reader.few(idea.sheet.steps, "ideas", str(n), "sheet", "steps")
            reader.few(idea.sheet.start, "ideas", str(n), "sheet", "start")
            reader.few(idea.sheet.end, "ideas", str(n), "sheet", "end")
    reader.finish()


async def read(content: c.CaseContent) -> Reading:
    """A Reading that knows what the content refers to."""
    return await reading(
        [
            *(one.organisation for one in content.participations),
            *(one.facilitator for one in content.methods),
            *(one.organisation for one in content.contacts),
        ],
        [
            *content.topics,
            *content.target_groups,
            *content.functions,
            *(one.method for one in content.methods),
        ],
    )


def version_columns(content: c.CaseContent, reader: Reading) -> dict[str, Any]:
    """The columns of the version itself."""
    reader.found(check_licence(content.licence), "licence")
    start, end = reader.period(content.start, content.end)
    return {
        "title": stored(reader.text(content.title, "title", limit=TITLE_LIMIT)),
        "summary": stored(reader.text(content.summary, "summary", limit=SUMMARY_LIMIT)),
        "challenge": stored(reader.text(content.challenge, "challenge")),
        "context": stored(reader.text(content.context, "context")),
        "licence": content.licence,
        "languages": list(content.languages),
        "start": stored(start),
        "end": stored(end),
        **_source(content.source_document, reader),
    }


def _source(source: c.SourceDocument | None, reader: Reading) -> dict[str, Any]:
    path = "sourceDocument"
    if source is None:
        return dict.fromkeys(("source_title", "source_publisher", "source_published_on", "source_url"))
    reader.found(check_website(source.url), path, "url")
    return {
        "source_title": reader.line(source.title, path, "title"),
        "source_publisher": reader.line(source.publisher, path, "publisher"),
        "source_published_on": source.published_on,
        "source_url": source.url,
    }


def part_rows(version: UUID, content: c.CaseContent, audience: list[str], reader: Reading) -> list[list[Table]]:
    """The rows of all parts, table by table, in an order in which references point backwards."""
    phases = [_phase(version, n, one, reader) for n, one in enumerate(content.phases)]
    findings: list[Table] = [
        t.Finding(
            version=version,
            position=n,
            statement=stored(reader.text(one.statement, "findings", str(n), "statement")),
        )
        for n, one in enumerate(content.findings)
    ]
    challenges = [_challenge(version, n, one, findings, reader) for n, one in enumerate(content.challenges)]
    ideas = [_idea(version, n, one, challenges, reader) for n, one in enumerate(content.ideas)]
    return [
        _concepts(version, content, reader),
        [_participation(version, n, one, reader) for n, one in enumerate(content.participations)],
        phases,
        [_method(version, n, one, phases, reader) for n, one in enumerate(content.methods)],
        findings,
        challenges,
        ideas,
        [
            _sheet(version, n, one.sheet, ideas[n], reader)
            for n, one in enumerate(content.ideas)
            if one.sheet is not None
        ],
        [_road_map(version, n, one, ideas, reader) for n, one in enumerate(content.road_map)],
        _principles(version, content.principles, reader),
        [_output(version, n, one, reader) for n, one in enumerate(content.outputs)],
        [_outcome(version, n, one, audience, reader) for n, one in enumerate(content.outcomes)],
        [
            *_takeaways(version, TakeawayKind.LESSON, content.lessons, "lessons", reader),
            *_takeaways(version, TakeawayKind.BARRIER, content.barriers, "barriers", reader),
            *_takeaways(
                version,
                TakeawayKind.SUCCESS_CONDITION,
                content.success_conditions,
                "successConditions",
                reader,
            ),
            *_takeaways(version, TakeawayKind.RESOURCE_NEED, content.resource_needs, "resourceNeeds", reader),
        ],
        [_contact(version, n, one, reader) for n, one in enumerate(content.contacts)],
    ]


PARTS: tuple[type[Table], ...] = (
    t.CaseContact, t.Takeaway, t.Outcome, t.Output, t.Principle, t.RoadMapItem, t.ImplementationSheet, t.Idea,
    t.Challenge, t.Finding, t.MethodUse, t.Phase, t.Participation, t.CaseConcept,
)  # fmt: skip
"""The tables of parts, in an order in which they may be emptied."""


def _concepts(version: UUID, content: c.CaseContent, reader: Reading) -> list[Table]:
    filed = [
        reader.concept(schemes, notation, path)
        for schemes, notations, path in (
            (("topic", "eurovoc"), content.topics, "topics"),
            (("target-group",), content.target_groups, "targetGroups"),
            (("cofog",), content.functions, "functions"),
        )
        for notation in notations
    ]
    return [t.CaseConcept(version=version, position=n, concept=concept) for n, concept in enumerate(filed)]


def _participation(version: UUID, n: int, one: c.Participation, reader: Reading) -> Table:
    path = ("participations", str(n))
    if (one.organisation is None) == (one.stakeholder_group is None):
        reader.problem(ErrorCode.INVALID, "Give either the organisation or the stakeholder group.", *path)
    return t.Participation(
        version=version,
        position=n,
        organisation=reader.organisation(one.organisation, *path, "organisation"),
        stakeholder_group=stored(reader.text(one.stakeholder_group, *path, "stakeholderGroup")),
        role=one.role,
        headcount=reader.known(one.headcount, *path, "headcount"),
    )


def _phase(version: UUID, n: int, one: c.Phase, reader: Reading) -> Table:
    path = ("phases", str(n))
    return t.Phase(
        version=version,
        position=n,
        name=stored(reader.text(one.name, *path, "name")),
        stage=one.stage,
        description=stored(reader.text(one.description, *path, "description")),
        **reader.duration(one.duration, *path, "duration"),
    )


def _method(version: UUID, n: int, one: c.MethodUse, phases: Sequence[Table], reader: Reading) -> Table:
    path = ("methods", str(n))
    return t.MethodUse(
        version=version,
        position=n,
        method=reader.concept(("method",), one.method, *path, "method"),
        phase=reader.place(one.phase, phases, *path, "phase"),
        with_whom=stored(reader.text(one.with_whom, *path, "withWhom")),
        facilitator=reader.organisation(one.facilitator, *path, "facilitator"),
        note=stored(reader.text(one.note, *path, "note")),
        **reader.duration(one.duration, *path, "duration"),
    )


def _challenge(version: UUID, n: int, one: c.Challenge, findings: Sequence[Table], reader: Reading) -> Table:
    path = ("challenges", str(n))
    return t.Challenge(
        version=version,
        position=n,
        finding=reader.place(one.finding, findings, *path, "finding"),
        statement=stored(reader.text(one.statement, *path, "statement")),
        importance_for_citizen=reader.between(*_WEIGHT, one.importance_for_citizen, *path, "importanceForCitizen"),
        importance_for_organisation=reader.between(
            *_WEIGHT, one.importance_for_organisation, *path, "importanceForOrganisation"
        ),
    )


def _idea(version: UUID, n: int, one: c.Idea, challenges: Sequence[Table], reader: Reading) -> Table:
    path = ("ideas", str(n))
    return t.Idea(
        version=version,
        position=n,
        challenge=reader.place(one.challenge, challenges, *path, "challenge"),
        title=stored(reader.text(one.title, *path, "title")),
        description=stored(reader.text(one.description, *path, "description")),
        value=reader.between(*_WEIGHT, one.value, *path, "value"),
        effort=reader.between(*_WEIGHT, one.effort, *path, "effort"),
        impact=reader.between(*_WEIGHT, one.impact, *path, "impact"),
        priority=reader.between(*_RANK, one.priority, *path, "priority"),
    )


def _sheet(version: UUID, n: int, one: c.ImplementationSheet, idea: Table, reader: Reading) -> Table:
    path = ("ideas", str(n), "sheet")
    reader.found(check_currency(one.currency), *path, "currency")
    start, end = reader.period(one.start, one.end, *path)
    return t.ImplementationSheet(
        version=version,
        position=n,
        idea=idea.id,  # type: ignore[attr-defined]  # an idea is Identified
        goal=stored(reader.text(one.goal, *path, "goal")),
        responsible=stored(reader.text(one.responsible, *path, "responsible")),
        steps=stored(reader.texts(one.steps, *path, "steps")),
        cost=reader.amount(one.cost, *path, "cost"),
        currency=one.currency,
        start=stored(start),
        end=stored(end),
    )


def _road_map(version: UUID, n: int, one: c.RoadMapItem, ideas: Sequence[Table], reader: Reading) -> Table:
    path = ("roadMap", str(n))
    start, end = reader.period(one.start, one.end, *path)
    return t.RoadMapItem(
        version=version,
        position=n,
        phase=stored(reader.text(one.phase, *path, "phase")),
        sub_project=stored(reader.text(one.sub_project, *path, "subProject")),
        idea=reader.place(one.idea, ideas, *path, "idea"),
        start=stored(start),
        end=stored(end),
    )


def _principles(version: UUID, principles: Sequence[c.Principle], reader: Reading) -> list[Table]:
    made: list[Table] = []
    for n, one in enumerate(principles):
        path = ("principles", str(n))
        made.append(
            t.Principle(
                version=version,
                position=n,
                parent=reader.place(one.parent, made, *path, "parent"),
                level=one.level,
                statement=stored(reader.text(one.statement, *path, "statement")),
            )
        )
    return made


def _output(version: UUID, n: int, one: c.Output, reader: Reading) -> Table:
    path = ("outputs", str(n))
    return t.Output(
        version=version,
        position=n,
        kind=one.kind,
        statement=stored(reader.text(one.statement, *path, "statement")),
        status=one.status,
        quantity=reader.amount(one.quantity, *path, "quantity"),
        unit=stored(reader.text(one.unit, *path, "unit")),
    )


def _outcome(version: UUID, n: int, one: c.Outcome, audience: list[str], reader: Reading) -> Table:
    path = ("outcomes", str(n))
    if one.kind is OutcomeKind.MEASURED and one.value is None:
        reader.problem(ErrorCode.REQUIRED, "A measured outcome has a value; or choose another kind.", *path, "value")
    if (one.value, one.baseline) != (None, None) and one.unit is None:
        reader.problem(ErrorCode.REQUIRED, "Say what the value is counted in.", *path, "unit")
    reader.problems += check_measure(one.value, one.unit, *path, "value")
    reader.problems += check_measure(one.baseline, one.unit, *path, "baseline")
    return t.Outcome(
        version=version,
        position=n,
        audience=audience,
        kind=one.kind,
        indicator=stored(reader.text(one.indicator, *path, "indicator")),
        value=one.value,
        unit=one.unit,
        baseline=one.baseline,
        denominator=reader.known(one.denominator, *path, "denominator"),
        respondents=reader.known(one.respondents, *path, "respondents"),
        period=reader.line(one.period, *path, "period"),
        source=stored(reader.text(one.source, *path, "source")),
    )


def _takeaways(version: UUID, kind: TakeawayKind, given: Sequence[c.Text], path: str, reader: Reading) -> list[Table]:
    return [
        t.Takeaway(version=version, position=n, kind=kind, text=stored(reader.text(one, path, str(n))))
        for n, one in enumerate(given)
    ]


def _contact(version: UUID, n: int, one: c.Contact, reader: Reading) -> Table:
    path = ("contacts", str(n))
    reader.problems += check_source(clean(one.source), *path, "source")
    return t.CaseContact(
        version=version,
        position=n,
        name=reader.line(one.name, *path, "name"),
        role=stored(reader.text(one.role, *path, "role")),
        organisation=reader.organisation(one.organisation, *path, "organisation"),
        source=reader.line(one.source, *path, "source"),
    )
