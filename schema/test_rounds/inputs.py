"""What a lab says of a round, as GraphQL input; the shapes of services.test_rounds.content."""

from datetime import date, datetime

import strawberry

from schema.cases.terms import OutcomeUnit
from schema.inputs import AudienceInput
from schema.shared import LocalisedTextInput
from schema.test_rounds.terms import Decision, FindingState, FrozenField, Judgement, LawfulBasis

ID = "The round's global id."
EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."


@strawberry.input(description="The days on which people test.")
class TestWindowInput:
    """See services.test_rounds.content.Window."""

    start: date = strawberry.field(description="The first day.")
    end: date | None = strawberry.field(default=None, description="The last day; leave out while it is open.")


@strawberry.input(description="Where people test.")
class SiteInput:
    """See services.test_rounds.content.Site."""

    name: list[LocalisedTextInput] = strawberry.field(description="Its name.")
    organisation: str | None = strawberry.field(default=None, description="The slug of the organisation it belongs to.")
    nuts: str | None = strawberry.field(default=None, description="NUTS code of its region.")


@strawberry.input(description="What must hold for the hypothesis to stand.")
class CriterionInput:
    """See services.test_rounds.content.Criterion."""

    statement: list[LocalisedTextInput] = strawberry.field(description="What must hold.")
    threshold: float | None = strawberry.field(default=None, description="The figure to be reached.")
    unit: OutcomeUnit | None = strawberry.field(default=None, description="What it is in. PERCENT is 0–100.")


@strawberry.input(
    description="How many people of a group are wanted. Groups do not overlap, and none is the total of others."
)
class ParticipantsInput:
    """See services.test_rounds.content.Participants."""

    group: list[LocalisedTextInput] = strawberry.field(description="Who they are.")
    planned: int = strawberry.field(description="How many are wanted, from 0.")
    site: int | None = strawberry.field(
        default=None, description="Index in `sites`, from 0. Either every group has a site, or none has."
    )


@strawberry.input(description="A test round to be planned.")
class PlanTestRoundInput:
    """Input of planTestRound."""

    case: str = strawberry.field(description="The slug of the case; any that the organisation can read.")
    organisation: str = strawberry.field(description="The slug of the organisation that runs the round.")
    problem: list[LocalisedTextInput] = strawberry.field(description="What is to be solved.")
    hypothesis: list[LocalisedTextInput] = strawberry.field(description="What is put to the test.")
    number: int | None = strawberry.field(
        default=None,
        description="Its number among the organisation's rounds on the case, 1 to 9,999; else the next free one.",
    )
    prototype_version: str | None = strawberry.field(default=None, description="The version of the prototype.")
    window: TestWindowInput | None = strawberry.field(default=None, description="The days on which people test.")
    lawful_basis: LawfulBasis | None = strawberry.field(
        default=None, description="On what ground people's data are processed; may wait until the start."
    )
    retain_until: date | None = strawberry.field(
        default=None, description="Until when people's data are kept; may wait until the start."
    )
    records_people: bool = strawberry.field(default=False, description="Whether sound or pictures are recorded.")
    comparison_group: bool = strawberry.field(default=False, description="Whether some test without the change.")
    sites: list[SiteInput] = strawberry.field(default_factory=list, description="Where it takes place.")
    criteria: list[CriterionInput] = strawberry.field(default_factory=list, description="The success criteria.")
    participants: list[ParticipantsInput] = strawberry.field(
        default_factory=list, description="Who is wanted, group by group."
    )
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it, of those who may read the case; else whoever may."
    )
    is_example: bool = strawberry.field(default=False, description="Whether it is made up for demonstration.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Changes to the plan of a round. What is left out stays as it is.")
class EditTestRoundInput:
    """Input of editTestRound."""

    id: strawberry.ID = strawberry.field(description=ID)
    problem: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What is to be solved.")
    hypothesis: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What is tested.")
    prototype_version: str | None = strawberry.field(
        default=None, description="The version of the prototype; an empty text removes it."
    )
    window: TestWindowInput | None = strawberry.field(default=None, description="The days on which people test.")
    lawful_basis: LawfulBasis | None = strawberry.field(
        default=None, description="On what ground people's data are processed."
    )
    retain_until: date | None = strawberry.field(default=None, description="Until when people's data are kept.")
    records_people: bool | None = strawberry.field(default=None, description="Whether sound or pictures are recorded.")
    comparison_group: bool | None = strawberry.field(default=None, description="Whether some test without the change.")
    sites: list[SiteInput] | None = strawberry.field(
        default=None, description="All sites; `participants` that stand at sites must be given with them."
    )
    criteria: list[CriterionInput] | None = strawberry.field(default=None, description="All criteria.")
    participants: list[ParticipantsInput] | None = strawberry.field(default=None, description="All groups.")
    audience: AudienceInput | None = strawberry.field(default=None, description="Who may read it.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="Which round to move on.")
class TestRoundStepInput:
    """Input of the mutations that change a round's state and need nothing else."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="What was done otherwise than registered.")
class RecordDeviationInput:
    """Input of recordDeviation."""

    id: strawberry.ID = strawberry.field(description=ID)
    field: FrozenField = strawberry.field(description="What it deviates from.")
    change: list[LocalisedTextInput] = strawberry.field(description="What was done otherwise.")
    reason: list[LocalisedTextInput] = strawberry.field(description="Why.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="On what ground a round begins.")
class StartTestRoundInput:
    """Input of startTestRound."""

    id: strawberry.ID = strawberry.field(description=ID)
    lawful_basis: LawfulBasis | None = strawberry.field(
        default=None, description="The ground; else the one that was planned, else PUBLIC_TASK."
    )
    retain_until: date | None = strawberry.field(
        default=None,
        description="Until when people's data are kept; else the day that was planned. It lies ahead, by 30 years at"
        " most.",
    )
    records_people: bool | None = strawberry.field(
        default=None, description="Whether sound or pictures are recorded; else as planned."
    )
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="Who may read a round.")
class ShareTestRoundInput:
    """Input of shareTestRound."""

    id: strawberry.ID = strawberry.field(description=ID)
    audience: AudienceInput = strawberry.field(description="Who may read it, of those who may read its case.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="Why a round is stopped.")
class CancelTestRoundInput:
    """Input of cancelTestRound."""

    id: strawberry.ID = strawberry.field(description=ID)
    reason: list[LocalisedTextInput] = strawberry.field(description="Why.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="A participant's consent.")
class RecordConsentInput:
    """Input of recordConsent."""

    id: strawberry.ID = strawberry.field(description=ID)
    alias: str = strawberry.field(description="The participant's pseudonym, at most 60 characters; never a name.")
    purpose: str = strawberry.field(description="What it is given for.")
    wording_version: str = strawberry.field(description="Which wording they agreed to, at most 40 characters.")
    retain_until: date = strawberry.field(
        description="Until when this record is kept. It lies ahead, by 30 years at most."
    )
    covers_recording: bool = strawberry.field(default=False, description="Whether they may be recorded.")
    given_at: datetime | None = strawberry.field(default=None, description="When it was given; now, if left out.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Whose consent is withdrawn.")
class WithdrawConsentInput:
    """Input of withdrawConsent."""

    id: strawberry.ID = strawberry.field(description=ID)
    alias: str = strawberry.field(description="The participant's pseudonym; upper and lower case are the same.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="Something seen or heard.")
class ObservationInput:
    """See services.test_rounds.content.Observation."""

    site: strawberry.ID = strawberry.field(description="Global id of the site.")
    text: list[LocalisedTextInput] = strawberry.field(description="What was seen or heard; nothing that names anyone.")
    severity: int = strawberry.field(description="From 0 (praise) to 4 (blocks the task).")
    alias: str | None = strawberry.field(
        default=None, description="The participant's pseudonym. On the ground CONSENT, theirs must be recorded first."
    )
    task: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What they were to do.")
    quote: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="Their own words; read only in the organisation that runs the round."
    )
    recorded: bool = strawberry.field(
        default=False, description="Whether there is a recording of it, which the alias has consented to."
    )
    observed_at: datetime | None = strawberry.field(default=None, description="When; now, if left out.")


@strawberry.input(description="Observations to be added.")
class RecordObservationsInput:
    """Input of recordObservations."""

    id: strawberry.ID = strawberry.field(description=ID)
    observations: list[ObservationInput] = strawberry.field(description="1 to 100 of them.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="How many of a group came.")
class AttendanceInput:
    """See services.test_rounds.content.Attendance."""

    group: strawberry.ID = strawberry.field(description="Global id of the group.")
    actual: int = strawberry.field(description="How many came, from 0.")


@strawberry.input(description="How many came.")
class RecordParticipantsInput:
    """Input of recordParticipants."""

    id: strawberry.ID = strawberry.field(description=ID)
    participants: list[AttendanceInput] = strawberry.field(
        description="1 to 100 groups; a number given again takes the place of the one before."
    )
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="A theme grouped from observations.")
class RoundFindingInput:
    """See services.test_rounds.content.Finding."""

    statement: list[LocalisedTextInput] = strawberry.field(description="What was found.")
    state: FindingState = strawberry.field(description="What became of it since the round before.")
    action: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What the next round is to check."
    )
    previous: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the same finding in an earlier round of the case."
    )
    observations: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Global ids of the observations of this round that it rests on."
    )
    revises: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of a finding of this round whose place this one takes."
    )


@strawberry.input(description="Findings to be added or revised.")
class RecordFindingsInput:
    """Input of recordFindings."""

    id: strawberry.ID = strawberry.field(description=ID)
    findings: list[RoundFindingInput] = strawberry.field(description="1 to 100 of them.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Whether a criterion held at a site.")
class VerdictInput:
    """See services.test_rounds.content.Verdict."""

    criterion: strawberry.ID = strawberry.field(description="Global id of the criterion.")
    site: strawberry.ID = strawberry.field(description="Global id of the site.")
    verdict: Judgement = strawberry.field(description="Whether it held.")
    note: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What there is to say about it.")


@strawberry.input(description="Verdicts.")
class RecordVerdictsInput:
    """Input of recordVerdicts."""

    id: strawberry.ID = strawberry.field(description=ID)
    verdicts: list[VerdictInput] = strawberry.field(
        description="1 to 100 of them; one given again takes the place of the one before."
    )
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.input(description="What the round led to.")
class ConcludeTestRoundInput:
    """Input of concludeTestRound."""

    id: strawberry.ID = strawberry.field(description=ID)
    decision: Decision | None = strawberry.field(default=None, description="The decision. Required.")
    decision_reason: list[LocalisedTextInput] | None = strawberry.field(default=None, description="Why. Required.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
