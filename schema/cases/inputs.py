"""What an author says in a version of a case, as GraphQL input; the shapes of services.cases.content."""

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
from schema.inputs import SourceDocumentInput
from schema.shared import DateClaimInput, DurationInput, LocalisedTextInput
from schema.terms import LanguageCode


@strawberry.input(description="An organisation or a group of stakeholders; exactly one of the two.")
class ParticipationInput:
    """See services.cases.content.Participation."""

    role: ParticipationRole = strawberry.field(description="What it was in the case.")
    organisation: str | None = strawberry.field(default=None, description="The organisation's slug.")
    stakeholder_group: list[LocalisedTextInput] | None = strawberry.field(default=None, description="The group.")
    headcount: int | None = strawberry.field(
        default=None, description="How many people, at least 1; null if not reported."
    )


@strawberry.input(description="A phase.")
class PhaseInput:
    """See services.cases.content.Phase."""

    name: list[LocalisedTextInput] = strawberry.field(description="The organisation's own name for it.")
    stage: Stage = strawberry.field(description="The stage that all cases have in common.")
    description: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What happened in it.")
    duration: DurationInput | None = strawberry.field(
        default=None, description="How long it took; null if not reported."
    )


@strawberry.input(description="A method as it was used.")
class MethodUseInput:
    """See services.cases.content.MethodUse."""

    method: str = strawberry.field(description="Notation of a concept of the scheme `method`.")
    phase: int | None = strawberry.field(default=None, description="Index in `phases`, from 0.")
    with_whom: list[LocalisedTextInput] | None = strawberry.field(default=None, description="With whom.")
    facilitator: str | None = strawberry.field(default=None, description="Slug of the organisation that guided it.")
    note: list[LocalisedTextInput] | None = strawberry.field(default=None, description="How it was done.")
    duration: DurationInput | None = strawberry.field(
        default=None, description="How long it took; null if not reported."
    )


@strawberry.input(description="Something learned while looking.")
class FindingInput:
    """See services.cases.content.Finding."""

    statement: list[LocalisedTextInput] = strawberry.field(description="What was found.")


@strawberry.input(description="What must be solved.")
class ChallengeInput:
    """See services.cases.content.Challenge."""

    statement: list[LocalisedTextInput] = strawberry.field(description="What must be solved.")
    finding: int | None = strawberry.field(default=None, description="Index in `findings`, from 0.")
    importance_for_citizen: int | None = strawberry.field(
        default=None, description="How much it matters to citizens, 1–5; null if not weighed."
    )
    importance_for_organisation: int | None = strawberry.field(
        default=None, description="How much it matters to the organisation, 1–5; null if not weighed."
    )


@strawberry.input(description="How an idea is to be carried out.")
class ImplementationSheetInput:
    """See services.cases.content.ImplementationSheet."""

    goal: list[LocalisedTextInput] = strawberry.field(description="What it is to achieve.")
    responsible: list[LocalisedTextInput] | None = strawberry.field(default=None, description="Who is to do it.")
    steps: list[list[LocalisedTextInput]] = strawberry.field(default_factory=list, description="The steps, in order.")
    cost: float | None = strawberry.field(default=None, description="What it costs, 0 or more; null if not estimated.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217 code of the cost.")
    start: list[DateClaimInput] = strawberry.field(default_factory=list, description="When it is to begin.")
    end: list[DateClaimInput] = strawberry.field(default_factory=list, description="When it is to end.")


@strawberry.input(description="A solution that was thought of.")
class IdeaInput:
    """See services.cases.content.Idea."""

    title: list[LocalisedTextInput] = strawberry.field(description="The idea in a line.")
    description: list[LocalisedTextInput] | None = strawberry.field(default=None, description="The idea in full.")
    challenge: int | None = strawberry.field(default=None, description="Index in `challenges`, from 0.")
    value: int | None = strawberry.field(default=None, description="Its value, 1–5; null if not weighed.")
    effort: int | None = strawberry.field(default=None, description="Its effort, 1–5; null if not weighed.")
    impact: int | None = strawberry.field(
        default=None, description="Its impact on the organisation, 1–5; null if not weighed."
    )
    priority: int | None = strawberry.field(
        default=None, description="Its rank, 1 being the first; null if not ranked."
    )
    sheet: ImplementationSheetInput | None = strawberry.field(default=None, description="How it is to be carried out.")


@strawberry.input(description="A sub-project in a phase of the road map.")
class RoadMapItemInput:
    """See services.cases.content.RoadMapItem."""

    phase: list[LocalisedTextInput] = strawberry.field(description="The phase of the road map.")
    sub_project: list[LocalisedTextInput] = strawberry.field(description="The sub-project.")
    idea: int | None = strawberry.field(default=None, description="Index in `ideas`, from 0.")
    start: list[DateClaimInput] = strawberry.field(default_factory=list, description="When it is to begin.")
    end: list[DateClaimInput] = strawberry.field(default_factory=list, description="When it is to end.")


@strawberry.input(description="A value, a principle or a guideline.")
class PrincipleInput:
    """See services.cases.content.Principle."""

    level: PrincipleLevel = strawberry.field(description="Which of the three it is.")
    statement: list[LocalisedTextInput] = strawberry.field(description="What it says.")
    parent: int | None = strawberry.field(default=None, description="Index of an earlier principle, from 0.")


@strawberry.input(description="Something that was made.")
class OutputInput:
    """See services.cases.content.Output."""

    kind: OutputKind = strawberry.field(description="What sort of thing it is.")
    statement: list[LocalisedTextInput] = strawberry.field(description="What it is.")
    status: OutputStatus = strawberry.field(description="How far it had come.")
    quantity: int | None = strawberry.field(
        default=None, description="How many, such as 40 ideas, 0 or more; null if there is nothing to count."
    )
    unit: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What `quantity` counts.")


@strawberry.input(description="What changed, or why that is not known.")
class OutcomeInput:
    """See services.cases.content.Outcome."""

    kind: OutcomeKind = strawberry.field(description="What is known of it.")
    indicator: list[LocalisedTextInput] = strawberry.field(description="What was looked at.")
    value: float | None = strawberry.field(default=None, description="The figure; null if there is none.")
    unit: OutcomeUnit | None = strawberry.field(default=None, description="What the figure is in. PERCENT is 0–100.")
    baseline: float | None = strawberry.field(default=None, description="The figure before; null if not reported.")
    denominator: int | None = strawberry.field(default=None, description="Of how many; null if not known, never 0.")
    respondents: int | None = strawberry.field(
        default=None, description="How many answered; null if not known, never 0."
    )
    period: str | None = strawberry.field(default=None, description="Over which time.")
    source: list[LocalisedTextInput] | None = strawberry.field(default=None, description="Who says so.")


@strawberry.input(description="A person whom the source names.")
class ContactInput:
    """See services.cases.content.Contact."""

    name: str = strawberry.field(description="The name.")
    source: str = strawberry.field(description="Where they are named.")
    role: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What they were in the case.")
    organisation: str | None = strawberry.field(default=None, description="Slug of where they worked.")


@strawberry.input(description="Everything that a version of a case says.")
class CaseContentInput:
    """See services.cases.content.CaseContent."""

    title: list[LocalisedTextInput] = strawberry.field(
        description="The title, at most 200 characters in each language."
    )
    summary: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What it is about, in at most 500 characters."
    )
    challenge: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What had to be solved.")
    context: list[LocalisedTextInput] | None = strawberry.field(default=None, description="The situation it began in.")
    licence: str | None = strawberry.field(default=None, description="SPDX identifier of the licence of these texts.")
    languages: list[LanguageCode] = strawberry.field(
        default_factory=list, description="The languages of the document it comes from."
    )
    source_document: SourceDocumentInput | None = strawberry.field(
        default=None, description="The document it was written from."
    )
    start: list[DateClaimInput] = strawberry.field(
        default_factory=list, description="When it began; empty if not reported."
    )
    end: list[DateClaimInput] = strawberry.field(
        default_factory=list, description="When it ended; empty if not reported."
    )
    topics: list[str] = strawberry.field(
        default_factory=list, description="Notations of concepts of the schemes `topic` and `eurovoc`."
    )
    target_groups: list[str] = strawberry.field(
        default_factory=list, description="Notations of concepts of the scheme `target-group`."
    )
    functions: list[str] = strawberry.field(
        default_factory=list, description="Notations of concepts of the scheme `cofog`."
    )
    participations: list[ParticipationInput] = strawberry.field(default_factory=list, description="Who took part.")
    phases: list[PhaseInput] = strawberry.field(default_factory=list, description="The phases, in order.")
    methods: list[MethodUseInput] = strawberry.field(
        default_factory=list, description="The methods, as they were used."
    )
    findings: list[FindingInput] = strawberry.field(default_factory=list, description="What was learned while looking.")
    challenges: list[ChallengeInput] = strawberry.field(
        default_factory=list, description="What the findings asked to be solved."
    )
    ideas: list[IdeaInput] = strawberry.field(default_factory=list, description="The solutions that were thought of.")
    road_map: list[RoadMapItemInput] = strawberry.field(default_factory=list, description="What was to happen when.")
    principles: list[PrincipleInput] = strawberry.field(
        default_factory=list, description="Values, principles and guidelines, in order."
    )
    outputs: list[OutputInput] = strawberry.field(default_factory=list, description="What was made.")
    outcomes: list[OutcomeInput] = strawberry.field(
        default_factory=list, description="What changed, or why that is not known."
    )
    lessons: list[list[LocalisedTextInput]] = strawberry.field(default_factory=list, description="What was learned.")
    barriers: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="What stood in the way."
    )
    success_conditions: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="What must be there."
    )
    resource_needs: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="What it takes."
    )
    contacts: list[ContactInput] = strawberry.field(default_factory=list, description="People whom the source names.")
