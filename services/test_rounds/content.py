"""What a lab says of a round: the shapes of the mutations' input.

A reference is either an index, from 0 in a list of the same input, or an id; None stands for an id of another kind.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.audiences import Audience
from services.cases.terms import OutcomeUnit
from services.reading import Text
from services.test_rounds.terms import Decision, FindingState, FrozenField, Judgement, LawfulBasis


@dataclass(frozen=True, slots=True)
class Window:
    """The first and the last day of testing; the last may be open."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where people test; `organisation` is a slug."""

    name: Text
    organisation: str | None = None
    nuts: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """What must hold for the hypothesis to stand."""

    statement: Text
    threshold: float | None = None
    unit: OutcomeUnit | None = None


@dataclass(frozen=True, slots=True)
class Participants:
    """How many people of a group are wanted; `site` is an index. Groups do not overlap."""

    group: Text
    planned: int
    site: int | None = None


@dataclass(frozen=True, slots=True)
class NewTestRound:
    """A round to be planned; `case` and `organisation` are slugs. Without an audience, whoever reads the case does."""

    case: str
    organisation: str
    problem: Text
    hypothesis: Text
    number: int | None = None
    prototype_version: str | None = None
    window: Window | None = None
    lawful_basis: LawfulBasis | None = None
    retain_until: date | None = None
    records_people: bool = False
    comparison_group: bool = False
    sites: tuple[Site, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    participants: tuple[Participants, ...] = ()
    audience: Audience | None = None
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class TestRoundEdit:
    """What changes in a plan: None leaves as it is, a list replaces the whole list."""

    problem: Text | None = None
    hypothesis: Text | None = None
    prototype_version: str | None = None
    window: Window | None = None
    lawful_basis: LawfulBasis | None = None
    retain_until: date | None = None
    records_people: bool | None = None
    comparison_group: bool | None = None
    sites: tuple[Site, ...] | None = None
    criteria: tuple[Criterion, ...] | None = None
    participants: tuple[Participants, ...] | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """What was done otherwise than registered, and why."""

    field: FrozenField
    change: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class Start:
    """On what ground people's data are processed, and until when they are kept; None takes what the plan says."""

    lawful_basis: LawfulBasis | None = None
    retain_until: date | None = None
    records_people: bool | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A participant's consent, under a pseudonym. Without `given_at`, given now."""

    alias: str
    purpose: str
    wording_version: str
    retain_until: date
    covers_recording: bool = False
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """Something seen or heard. `severity` runs from 0 (praise) to 4 (blocks the task)."""

    site: UUID | None
    text: Text
    severity: int
    alias: str | None = None
    task: Text | None = None
    quote: Text | None = None
    recorded: bool = False
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many people of a planned group came."""

    group: UUID | None
    actual: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A theme. With `revises` it replaces one that this round has already; `previous` is of an earlier round.

    In these two None is no finding at all; an id of another kind arrives as one that no row has.
    """

    statement: Text
    state: FindingState
    action: Text | None = None
    previous: UUID | None = None
    revises: UUID | None = None
    observations: tuple[UUID | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a criterion held at a site."""

    criterion: UUID | None
    site: UUID | None
    verdict: Judgement
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the round led to, and why; both are required, and a missing one is refused in words."""

    decision: Decision | None = None
    decision_reason: Text | None = None
