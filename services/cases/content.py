"""What an author says in a version of a case, and how it becomes rows.

The dataclasses are the shapes of the mutations' input. An index, such as `phase` in MethodUse, counts from 0 in the
list that it refers to, of the same content.
"""

from dataclasses import dataclass
from datetime import date

from services.cases.terms import (
    OutcomeKind,
    OutcomeUnit,
    OutputKind,
    OutputStatus,
    ParticipationRole,
    PrincipleLevel,
    Stage,
)
from services.dates import DateClaim
from services.durations import Duration
from services.text import Wording

Text = tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """The document that a case was written from."""

    title: str
    publisher: str | None = None
    published_on: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Participation:
    """Exactly one of `organisation` (a slug) and `stakeholder_group`."""

    role: ParticipationRole
    organisation: str | None = None
    stakeholder_group: Text | None = None
    headcount: int | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase."""

    name: Text
    stage: Stage
    description: Text | None = None
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class MethodUse:
    """`method` is the notation of a concept of the scheme `method`; `facilitator` an organisation's slug."""

    method: str
    phase: int | None = None
    with_whom: Text | None = None
    facilitator: str | None = None
    note: Text | None = None
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding."""

    statement: Text


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge; `finding` is an index."""

    statement: Text
    finding: int | None = None
    importance_for_citizen: int | None = None
    importance_for_organisation: int | None = None


@dataclass(frozen=True, slots=True)
class ImplementationSheet:
    """How an idea is to be carried out."""

    goal: Text
    responsible: Text | None = None
    steps: tuple[Text, ...] = ()
    cost: float | None = None
    currency: str | None = None
    start: tuple[DateClaim, ...] = ()
    end: tuple[DateClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea; `challenge` is an index."""

    title: Text
    description: Text | None = None
    challenge: int | None = None
    value: int | None = None
    effort: int | None = None
    impact: int | None = None
    priority: int | None = None
    sheet: ImplementationSheet | None = None


@dataclass(frozen=True, slots=True)
class RoadMapItem:
    """An item of the road map; `idea` is an index."""

    phase: Text
    sub_project: Text
    idea: int | None = None
    start: tuple[DateClaim, ...] = ()
    end: tuple[DateClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Principle:
    """A principle; `parent` is the index of an earlier one."""

    level: PrincipleLevel
    statement: Text
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """An output."""

    kind: OutputKind
    statement: Text
    status: OutputStatus
    quantity: int | None = None
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome. A missing `denominator` or `respondents` means unknown."""

    kind: OutcomeKind
    indicator: Text
    value: float | None = None
    unit: OutcomeUnit | None = None
    baseline: float | None = None
    denominator: int | None = None
    respondents: int | None = None
    period: str | None = None
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person whom the source names; `organisation` is a slug."""

    name: str
    source: str
    role: Text | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class CaseContent:
    """Everything that a version says. `topics`, `target_groups` and `functions` are notations of concepts."""

    title: Text
    summary: Text | None = None
    challenge: Text | None = None
    context: Text | None = None
    licence: str | None = None
    languages: tuple[str, ...] = ()
    source_document: SourceDocument | None = None
    start: tuple[DateClaim, ...] = ()
    end: tuple[DateClaim, ...] = ()
    topics: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    participations: tuple[Participation, ...] = ()
    phases: tuple[Phase, ...] = ()
    methods: tuple[MethodUse, ...] = ()
    findings: tuple[Finding, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    ideas: tuple[Idea, ...] = ()
    road_map: tuple[RoadMapItem, ...] = ()
    principles: tuple[Principle, ...] = ()
    outputs: tuple[Output, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    lessons: tuple[Text, ...] = ()
    barriers: tuple[Text, ...] = ()
    success_conditions: tuple[Text, ...] = ()
    resource_needs: tuple[Text, ...] = ()
    contacts: tuple[Contact, ...] = ()
