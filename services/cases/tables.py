"""A case, its versions, and the parts of a version."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.cases.terms import (
    AccessAnswer,
    CaseKind,
    OutcomeKind,
    OutcomeUnit,
    OutputKind,
    OutputStatus,
    ParticipationRole,
    PrincipleLevel,
    Stage,
    TakeawayKind,
)
from services.columns import Identified, Ordered, Shareable
from services.concepts.tables import Concept
from services.durations import DurationUnit
from services.organisations.tables import Organisation, Person
from services.publications import Edition, Publication


class Case(Publication):
    """The permanent address of a case. What it says stands in the version numbered `current_number`."""

    kind = Varchar(length=30, choices=CaseKind)
    is_example = Boolean(default=False)


class CaseAudience(Table):
    """The cases by each key of their audiences, in the order of their lists. A trigger on `case` writes it."""

    key = Text(null=False, primary_key=True)
    listed_at = Timestamptz(null=False, default=None)
    id = UUID(null=False, default=None)


class CaseVersion(Edition):
    """One version: immutable once published."""

    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade)
    title = JSONB()
    summary = JSONB(null=True, default=None)
    challenge = JSONB(null=True, default=None)
    context = JSONB(null=True, default=None)
    languages = Array(base_column=Varchar(length=12), default=list)
    licence = Varchar(length=40, null=True, default=None, help_text="SPDX identifier.")
    start = JSONB(default="[]", help_text="Claims of a date, see services.dates.")
    end = JSONB(default="[]")
    source_title = Text(null=True, default=None)
    source_publisher = Text(null=True, default=None)
    source_published_on = Date(null=True, default=None)
    source_url = Text(null=True, default=None)


class CasePart(Identified, Ordered):
    """A part of a version; it has no readers of its own."""

    version = ForeignKey(CaseVersion, null=False, on_delete=OnDelete.cascade)


class CaseConcept(CasePart, Table):
    """What a version is filed under: topics, target groups and functions of government, by the concept's scheme."""

    concept = ForeignKey(Concept, null=False, on_delete=OnDelete.restrict)


class Participation(CasePart, Table):
    """An organisation or a group of stakeholders in a case; exactly one of the two."""

    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict)
    stakeholder_group = JSONB(null=True, default=None)
    role = Varchar(length=20, choices=ParticipationRole)
    headcount = Integer(null=True, default=None)


class Phase(CasePart, Table):
    """A phase, under the organisation's own name for it."""

    name = JSONB()
    stage = Varchar(length=20, choices=Stage)
    description = JSONB(null=True, default=None)
    duration_value = Numeric(null=True, default=None)
    duration_unit = Varchar(length=10, choices=DurationUnit, null=True, default=None)


class MethodUse(CasePart, Table):
    """A method as it was used."""

    method = ForeignKey(Concept, null=False, on_delete=OnDelete.restrict)
    phase = ForeignKey(Phase, null=True, on_delete=OnDelete.set_null)
    with_whom = JSONB(null=True, default=None)
    facilitator = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict)
    note = JSONB(null=True, default=None)
    duration_value = Numeric(null=True, default=None)
    duration_unit = Varchar(length=10, choices=DurationUnit, null=True, default=None)


class Finding(CasePart, Table):
    """Something learned while looking."""

    statement = JSONB()


class Challenge(CasePart, Table):
    """What a finding asks to be solved, weighed from 1 to 5 on both sides."""

    finding = ForeignKey(Finding, null=True, on_delete=OnDelete.set_null)
    statement = JSONB()
    importance_for_citizen = SmallInt(null=True, default=None)
    importance_for_organisation = SmallInt(null=True, default=None)


class Idea(CasePart, Table):
    """A solution that was thought of, weighed from 1 to 5, 1 being the first priority."""

    challenge = ForeignKey(Challenge, null=True, on_delete=OnDelete.set_null)
    title = JSONB()
    description = JSONB(null=True, default=None)
    value = SmallInt(null=True, default=None)
    effort = SmallInt(null=True, default=None)
    impact = SmallInt(null=True, default=None)
    priority = SmallInt(null=True, default=None)


class ImplementationSheet(CasePart, Table):
    """How an idea is to be carried out."""

    idea = ForeignKey(Idea, null=False, unique=True, on_delete=OnDelete.cascade)
    goal = JSONB()
    responsible = JSONB(null=True, default=None)
    steps = JSONB(default="[]", help_text="A list of texts.")
    cost = Numeric(null=True, default=None)
    currency = Varchar(length=3, null=True, default=None)
    start = JSONB(default="[]")
    end = JSONB(default="[]")


class RoadMapItem(CasePart, Table):
    """A sub-project in a phase of the road map."""

    phase = JSONB()
    sub_project = JSONB()
    idea = ForeignKey(Idea, null=True, on_delete=OnDelete.set_null)
    start = JSONB(default="[]")
    end = JSONB(default="[]")


class Principle(CasePart, Table):
    """A value, a service principle under it, or a guideline under that."""

    parent: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.cascade)
    level = Varchar(length=10, choices=PrincipleLevel)
    statement = JSONB()


class Output(CasePart, Table):
    """Something that was made."""

    kind = Varchar(length=20, choices=OutputKind)
    statement = JSONB()
    status = Varchar(length=20, choices=OutputStatus)
    quantity = Integer(null=True, default=None)
    unit = JSONB(null=True, default=None, help_text="What `quantity` counts.")


class Outcome(CasePart, Shareable, Table):
    """What changed, or why that is not known. Read by a subset of the version's readers until its embargo ends."""

    kind = Varchar(length=20, choices=OutcomeKind)
    indicator = JSONB()
    value = Numeric(null=True, default=None)
    unit = Varchar(length=10, choices=OutcomeUnit, null=True, default=None)
    baseline = Numeric(null=True, default=None)
    denominator = Integer(null=True, default=None)
    respondents = Integer(null=True, default=None)
    period = Text(null=True, default=None)
    source = JSONB(null=True, default=None)


class Admission(Identified, Shareable, Table):
    """Who was let into a case beside its audience: a person, as a guest, or an organisation; exactly one of the two.

    Their keyrings hold the case's `admission_key` until the instant, and no longer. Its audience are both sides.
    """

    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade)
    person = ForeignKey(Person, null=True, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.cascade)
    until = Timestamptz()
    created_at = Timestamptz(default=TimestamptzNow())


class AccessRequest(Identified, Table):
    """Somebody asks to be let into a case, whether there is one or not. Read by them and by the case's owner's editors.

    `asked` are their words for it; `case` is the one they meant, which they learn of when the request is granted.
    """

    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.set_null)
    asked = Varchar(length=200)
    case = ForeignKey(Case, null=True, on_delete=OnDelete.set_null)
    message = Text()
    created_at = Timestamptz(default=TimestamptzNow())
    answer = Varchar(length=12, choices=AccessAnswer, null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)


class Takeaway(CasePart, Table):
    """A lesson, a barrier, a condition for success or a need."""

    kind = Varchar(length=20, choices=TakeawayKind)
    text = JSONB()


class CaseContact(CasePart, Table):
    """A person whom the source names. Removable, and never an account."""

    name = Text()
    role = JSONB(null=True, default=None)
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.set_null)
    source = Text()
