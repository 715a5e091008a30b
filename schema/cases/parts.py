"""The parts of a case's version as GraphQL shows them."""

import strawberry

from schema.cases.terms import (
    OutcomeKind,
    OutcomeUnit,
    OutputKind,
    OutputStatus,
    ParticipationRole,
    PrincipleLevel,
    Stage,
)
from schema.compiler.declare import column, declare, declared, embedded, inline, one, text, texts, whole_of
from schema.compiler.sources import Embedded, Rule
from schema.concepts.types import Concept
from schema.organisations.types import Organisation
from schema.shared import DateClaim, Duration, LocalisedText, SuppressedCount
from services.cases import tables as t

_OF_OWNER = (
    '(select \'organisation:\' || owned.owner from "case" owned where owned.id = {case_version}."case")'
    " = any({keyring}::text[])"
)
"""Whether the viewer belongs to the organisation that answers for the case."""
_HEADCOUNT = (
    "suppressed_count(array[{participation}.headcount], case when " + _OF_OWNER + " then 0 else {threshold}::int end)"
)


@declare(t.Participation, Rule.PART)
@strawberry.type(description="An organisation or a group of stakeholders in a case. Exactly one of the two is set.")
class Participation:
    """A participation."""

    organisation: Organisation | None = one(t.Participation.organisation, "The organisation.")
    stakeholder_group: LocalisedText | None = text(t.Participation.stakeholder_group, "The group.")
    role: ParticipationRole = column(t.Participation.role, "What it was in the case.")
    headcount: SuppressedCount | None = declared(
        Embedded(f"case when {{participation}}.headcount is not null then {_HEADCOUNT} end"),
        "How many people; null if not reported. Small groups are hidden outside the owner's organisation.",
    )


@declare(t.Phase, Rule.PART)
@strawberry.type(description="A phase, under the organisation's own name for it.")
class Phase:
    """A phase."""

    name: LocalisedText = text(t.Phase.name, "The organisation's own name for it.")
    stage: Stage = column(t.Phase.stage, "The stage that all cases have in common.")
    description: LocalisedText | None = text(t.Phase.description, "What happened in it.")
    duration: Duration | None = inline("How long it took; null if not reported.", present=t.Phase.duration_value)


@declare(t.MethodUse, Rule.PART)
@strawberry.type(description="A method as it was used in a case.")
class MethodUse:
    """A use of a method."""

    method: Concept = one(t.MethodUse.method, "The method.")
    phase: Phase | None = one(t.MethodUse.phase, "The phase it was used in.")
    with_whom: LocalisedText | None = text(t.MethodUse.with_whom, "With whom.")
    facilitator: Organisation | None = one(t.MethodUse.facilitator, "Who guided it.")
    note: LocalisedText | None = text(t.MethodUse.note, "How it was done.")
    duration: Duration | None = inline("How long it took; null if not reported.", present=t.MethodUse.duration_value)


@declare(t.Finding, Rule.PART)
@strawberry.type(description="Something learned while looking.")
class Finding:
    """A finding."""

    statement: LocalisedText = text(t.Finding.statement, "What was found.")


@declare(t.Challenge, Rule.PART)
@strawberry.type(description="What a finding asks to be solved.")
class Challenge:
    """A challenge."""

    statement: LocalisedText = text(t.Challenge.statement, "What must be solved.")
    finding: Finding | None = one(t.Challenge.finding, "The finding it comes from.")
    importance_for_citizen: int | None = column(
        t.Challenge.importance_for_citizen, "How much it matters to citizens, 1–5; null if not weighed."
    )
    importance_for_organisation: int | None = column(
        t.Challenge.importance_for_organisation,
        "How much it matters to the organisation, 1–5; null if not weighed.",
    )


@declare(t.ImplementationSheet, Rule.PART)
@strawberry.type(description="How an idea is to be carried out.")
class ImplementationSheet:
    """An implementation sheet."""

    goal: LocalisedText = text(t.ImplementationSheet.goal, "What it is to achieve.")
    responsible: LocalisedText | None = text(t.ImplementationSheet.responsible, "Who is to do it.")
    steps: list[LocalisedText] = texts(t.ImplementationSheet.steps, "The steps, in order.")
    cost: float | None = column(t.ImplementationSheet.cost, "What it costs; null if not estimated.")
    currency: str | None = column(t.ImplementationSheet.currency, "ISO 4217 code of the cost.")
    start: list[DateClaim] = embedded(t.ImplementationSheet.start, "When it is to begin.")
    end: list[DateClaim] = embedded(t.ImplementationSheet.end, "When it is to end.")


@declare(t.Idea, Rule.PART)
@strawberry.type(description="A solution that was thought of.")
class Idea:
    """An idea."""

    title: LocalisedText = text(t.Idea.title, "The idea in a line.")
    description: LocalisedText | None = text(t.Idea.description, "The idea in full.")
    challenge: Challenge | None = one(t.Idea.challenge, "The challenge it answers.")
    value: int | None = column(t.Idea.value, "Its value, 1–5; null if not weighed.")
    effort: int | None = column(t.Idea.effort, "Its effort, 1–5; null if not weighed.")
    impact: int | None = column(t.Idea.impact, "Its impact on the organisation, 1–5; null if not weighed.")
    priority: int | None = column(t.Idea.priority, "Its rank, 1 being the first; null if not ranked.")
    sheet: ImplementationSheet | None = whole_of(t.ImplementationSheet.idea, "How it is to be carried out.")


@declare(t.RoadMapItem, Rule.PART)
@strawberry.type(description="A sub-project in a phase of the road map.")
class RoadMapItem:
    """An item of the road map."""

    phase: LocalisedText = text(t.RoadMapItem.phase, "The phase of the road map.")
    sub_project: LocalisedText = text(t.RoadMapItem.sub_project, "The sub-project.")
    idea: Idea | None = one(t.RoadMapItem.idea, "The idea it carries out.")
    start: list[DateClaim] = embedded(t.RoadMapItem.start, "When it is to begin.")
    end: list[DateClaim] = embedded(t.RoadMapItem.end, "When it is to end.")


@declare(t.Principle, Rule.PART)
@strawberry.type(description="A value, a service principle under it, or a guideline under that.")
class Principle:
    """A principle."""

    level: PrincipleLevel = column(t.Principle.level, "Which of the three it is.")
    statement: LocalisedText = text(t.Principle.statement, "What it says.")
    parent: "Principle | None" = one(t.Principle.parent, "What it follows from.")


@declare(t.Output, Rule.PART)
@strawberry.type(description="Something that was made.")
class Output:
    """An output."""

    kind: OutputKind = column(t.Output.kind, "What sort of thing it is.")
    statement: LocalisedText = text(t.Output.statement, "What it is.")
    status: OutputStatus = column(t.Output.status, "How far it had come.")
    quantity: int | None = column(t.Output.quantity, "How many, such as 40 ideas; null if there is nothing to count.")
    unit: LocalisedText | None = text(t.Output.unit, "What `quantity` counts.")


@declare(t.Outcome, Rule.AUDIENCE)
@strawberry.type(description="What changed, or why that is not known. Read by its own audience, within the case's.")
class Outcome:
    """An outcome."""

    kind: OutcomeKind = column(t.Outcome.kind, "What is known of it.")
    indicator: LocalisedText = text(t.Outcome.indicator, "What was looked at.")
    value: float | None = column(t.Outcome.value, "The figure; null if there is none.")
    unit: OutcomeUnit | None = column(t.Outcome.unit, "What the figure is in. PERCENT is 0–100.")
    baseline: float | None = column(t.Outcome.baseline, "The figure before; null if not reported.")
    denominator: int | None = column(t.Outcome.denominator, "Of how many; null if not known, never 0.")
    respondents: int | None = column(t.Outcome.respondents, "How many answered; null if not known, never 0.")
    period: str | None = column(t.Outcome.period, "Over which time.")
    source: LocalisedText | None = text(t.Outcome.source, "Who says so.")


@declare(t.Takeaway, Rule.PART)
@strawberry.type(description="A lesson, a barrier, a condition for success or a need.")
class Takeaway:
    """A takeaway."""

    text: LocalisedText = text(t.Takeaway.text, "What it says.")


@declare(t.CaseContact, Rule.PART)
@strawberry.type(description="A person whom the source names. Not an account, and removable.")
class CaseContact:
    """A contact."""

    name: str = column(t.CaseContact.name, "The name.")
    role: LocalisedText | None = text(t.CaseContact.role, "What they were in the case.")
    organisation: Organisation | None = one(t.CaseContact.organisation, "Where they worked.")
    source: str = column(t.CaseContact.source, "Where they are named.")
