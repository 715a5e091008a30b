"""A test round of a case and what is planned, seen and concluded in it."""

from typing import Any

from piccolo.columns import (
    JSONB,
    Array,
    Boolean,
    Bytea,
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

from services.cases.tables import Case
from services.cases.terms import OutcomeUnit
from services.columns import Dated, Identified, Ordered, Shareable
from services.organisations.tables import Organisation
from services.test_rounds.terms import (
    Decision,
    FindingState,
    FrozenField,
    Judgement,
    LawfulBasis,
    RoundStatus,
)


class TestRound(Identified, Dated, Shareable, Table):
    """A round of testing with customers, run by an organisation for a case."""

    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    number = Integer()
    status = Varchar(length=20, choices=RoundStatus, default=RoundStatus.PLANNED)
    revision = Integer(
        default=1, help_text="Rises with every change that all readers can see; comments name the one they speak of."
    )
    problem = JSONB()
    hypothesis = JSONB()
    prototype_version = Text(null=True, default=None)
    window_start = Date(null=True, default=None)
    window_end = Date(null=True, default=None)
    lawful_basis = Varchar(length=24, choices=LawfulBasis, null=True, default=None)
    retain_until = Date(null=True, default=None)
    records_people = Boolean(default=False, help_text="Sound or pictures of participants are recorded.")
    comparison_group = Boolean(default=False)
    registered_at = Timestamptz(null=True, default=None)
    started_at = Timestamptz(null=True, default=None)
    concluded_at = Timestamptz(null=True, default=None)
    decision = Varchar(length=10, choices=Decision, null=True, default=None)
    decision_reason = JSONB(null=True, default=None)
    cancelled_reason = JSONB(null=True, default=None)
    objectors = Array(
        base_column=Text(),
        default=list,
        help_text="Folded aliases of those who withdrew without having been asked for consent.",
    )
    is_example = Boolean(default=False)


class RoundPart(Identified, Ordered):
    """A part of a round; it has no readers of its own."""

    test_round = ForeignKey(TestRound, null=False, on_delete=OnDelete.cascade)


class Site(RoundPart, Table):
    """Where the round takes place: an office, a town hall, a website."""

    name = JSONB()
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict)
    nuts = Varchar(length=5, null=True, default=None)


class Criterion(RoundPart, Table):
    """What must hold for the hypothesis to stand, fixed before the round runs."""

    statement = JSONB()
    threshold = Numeric(null=True, default=None)
    unit = Varchar(length=10, choices=OutcomeUnit, null=True, default=None)


class ParticipantGroup(RoundPart, Table):
    """How many people of a group were wanted and came, at a site or over all sites."""

    site = ForeignKey(Site, null=True, on_delete=OnDelete.cascade)
    name = JSONB()
    planned = Integer()
    actual = Integer(null=True, default=None)


class Observation(RoundPart, Table):
    """Something seen or heard at a site. Severity 0 (praise) to 4 (blocks the task)."""

    site = ForeignKey(Site, null=False, on_delete=OnDelete.cascade)
    alias = Varchar(length=60, null=True, default=None, help_text="The participant's pseudonym.")
    task = JSONB(null=True, default=None)
    text = JSONB()
    severity = SmallInt()
    quote = JSONB(null=True, default=None)
    recorded = Boolean(default=False)
    observed_at = Timestamptz(default=TimestamptzNow())
    created_at = Timestamptz(default=TimestamptzNow(), help_text="When it was written down, which nobody can choose.")


class RoundFinding(RoundPart, Table):
    """A theme grouped from observations, and what became of it since an earlier round."""

    previous: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.set_null)
    statement = JSONB()
    state = Varchar(length=12, choices=FindingState)
    action = JSONB(null=True, default=None, help_text="What the next round is to check.")


class FindingEvidence(Identified, Table):
    """An observation that a finding rests on."""

    finding = ForeignKey(RoundFinding, null=False, on_delete=OnDelete.cascade)
    observation = ForeignKey(Observation, null=False, on_delete=OnDelete.cascade)


class Verdict(RoundPart, Table):
    """Whether a criterion held at a site."""

    criterion = ForeignKey(Criterion, null=False, on_delete=OnDelete.cascade)
    site = ForeignKey(Site, null=False, on_delete=OnDelete.cascade)
    judgement = Varchar(length=12, choices=Judgement)
    note = JSONB(null=True, default=None)


class Deviation(RoundPart, Table):
    """A change after registration: the original stays, this stands beside it with its date."""

    field = Varchar(length=20, choices=FrozenField)
    change = JSONB()
    reason = JSONB()
    at = Timestamptz(default=TimestamptzNow())


class Consent(RoundPart, Table):
    """A participant's consent, under a pseudonym."""

    alias = Varchar(length=60)
    purpose = Text()
    wording_version = Varchar(length=40)
    covers_recording = Boolean(default=False)
    given_at = Timestamptz()
    withdrawn_at = Timestamptz(null=True, default=None)
    retain_until = Date()


class WithdrawnWords(Identified, Table, tablename="withdrawn_words"):
    """What recognises the words of participants who left a round, without telling them."""

    test_round = ForeignKey(TestRound, null=False, on_delete=OnDelete.cascade)
    prints = Bytea(help_text="As services.passages packs them.")
    recorded_at = Timestamptz(default=TimestamptzNow(), help_text="Since when the words had stood in the round.")
    edits_case = Boolean(
        null=True,
        default=None,
        help_text="Whether its organisation could edit the case when they left. None, of old ones: as it can now.",
    )
    created_at = Timestamptz(default=TimestamptzNow())
    kept_until = Date(default=None)
