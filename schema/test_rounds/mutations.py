"""Mutations on test rounds."""

from collections.abc import Iterable
from uuid import UUID

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.run import Context
from schema.payload import answer, read
from schema.test_rounds import inputs as i
from schema.test_rounds import payloads as p
from services.audiences import Audience
from services.privacy import departures
from services.reading import Text
from services.test_rounds import analysis, consents, content, observing, test_rounds


def _round(global_id: strawberry.ID) -> UUID | None:
    return ids.read(global_id, "TestRound")


_NO_ROW = UUID(int=0)
"""Stands for an id of another kind where None means that none was given."""


def _finding(global_id: strawberry.ID | None) -> UUID | None:
    return None if global_id is None else ids.read(global_id, "RoundFinding") or _NO_ROW


def _observations(given: Iterable[i.ObservationInput]) -> tuple[content.Observation, ...]:
    return tuple(read(content.Observation, {**vars(one), "site": ids.read(one.site, "Site")}) for one in given)


def _attendances(given: Iterable[i.AttendanceInput]) -> tuple[content.Attendance, ...]:
    return tuple(content.Attendance(ids.read(one.group, "ParticipantGroup"), one.actual) for one in given)


def _findings(given: Iterable[i.RoundFindingInput]) -> tuple[content.Finding, ...]:
    return tuple(
        read(
            content.Finding,
            {
                **vars(one),
                "previous": _finding(one.previous),
                "revises": _finding(one.revises),
                "observations": [ids.read(observation, "Observation") for observation in one.observations],
            },
        )
        for one in given
    )


def _verdicts(given: Iterable[i.VerdictInput]) -> tuple[content.Verdict, ...]:
    return tuple(
        read(
            content.Verdict,
            {**vars(one), "criterion": ids.read(one.criterion, "Criterion"), "site": ids.read(one.site, "Site")},
        )
        for one in given
    )


@strawberry.type
class TestRoundMutations:
    """The part of Mutation that is about test rounds."""

    @strawberry.mutation(
        description="Plan a test round on a case that the organisation can read. Needs EDITOR in that organisation."
    )
    async def plan_test_round(self, info: Info[Context, None], input: i.PlanTestRoundInput) -> p.PlanTestRoundPayload:
        """See services.test_rounds.test_rounds.plan_test_round."""
        call = test_rounds.plan_test_round(
            info.context.viewer, read(content.NewTestRound, input), idempotency_key=input.idempotency_key
        )
        return await answer(p.PlanTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Change the plan of a round. After registration its frozen fields are refused with FROZEN."
            " Needs EDITOR in the organisation that runs it."
        )
    )
    async def edit_test_round(self, info: Info[Context, None], input: i.EditTestRoundInput) -> p.EditTestRoundPayload:
        """See services.test_rounds.test_rounds.edit_test_round."""
        call = test_rounds.edit_test_round(
            info.context.viewer,
            _round(input.id),
            read(content.TestRoundEdit, input),
            expected_version=input.expected_version,
        )
        return await answer(p.EditTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Register a planned round: problem, hypothesis, criteria, sites, planned participants, dates and prototype"
            " version are frozen. Needs EDITOR in the organisation that runs it."
        )
    )
    async def register_test_round(
        self, info: Info[Context, None], input: i.TestRoundStepInput
    ) -> p.RegisterTestRoundPayload:
        """See services.test_rounds.test_rounds.register_test_round."""
        call = test_rounds.register_test_round(
            info.context.viewer, _round(input.id), expected_version=input.expected_version
        )
        return await answer(p.RegisterTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Record, dated now, what was done otherwise than registered. Needs EDITOR in the organisation that runs it."
        )
    )
    async def record_deviation(
        self, info: Info[Context, None], input: i.RecordDeviationInput
    ) -> p.RecordDeviationPayload:
        """See services.test_rounds.test_rounds.record_deviation."""
        call = test_rounds.record_deviation(
            info.context.viewer,
            _round(input.id),
            read(content.Deviation, input),
            expected_version=input.expected_version,
            idempotency_key=input.idempotency_key,
        )
        return await answer(p.RecordDeviationPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Begin to test with people: needs a lawful basis, a retention date that lies ahead and a site."
            " Needs EDITOR in the organisation that runs it."
        )
    )
    async def start_test_round(
        self, info: Info[Context, None], input: i.StartTestRoundInput
    ) -> p.StartTestRoundPayload:
        """See services.test_rounds.test_rounds.start_test_round."""
        call = test_rounds.start_test_round(
            info.context.viewer,
            _round(input.id),
            read(content.Start, input),
            expected_version=input.expected_version,
        )
        return await answer(p.StartTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description="Say who may read a round, in any state. Needs EDITOR in the organisation that runs it."
    )
    async def share_test_round(
        self, info: Info[Context, None], input: i.ShareTestRoundInput
    ) -> p.ShareTestRoundPayload:
        """See services.test_rounds.test_rounds.share_test_round."""
        call = test_rounds.share_test_round(
            info.context.viewer,
            _round(input.id),
            read(Audience, input.audience),
            expected_version=input.expected_version,
        )
        return await answer(p.ShareTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description="End the testing, so that findings and verdicts can be given. Needs EDITOR in the organisation."
    )
    async def begin_analysis(self, info: Info[Context, None], input: i.TestRoundStepInput) -> p.BeginAnalysisPayload:
        """See services.test_rounds.analysis.begin_analysis."""
        call = analysis.begin_analysis(info.context.viewer, _round(input.id), expected_version=input.expected_version)
        return await answer(p.BeginAnalysisPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Take the decision: needs a reason, and a verdict for each criterion at each site, of which every missing"
            " one is named. Needs EDITOR in the organisation that runs it."
        )
    )
    async def conclude_test_round(
        self, info: Info[Context, None], input: i.ConcludeTestRoundInput
    ) -> p.ConcludeTestRoundPayload:
        """See services.test_rounds.analysis.conclude_test_round."""
        call = analysis.conclude_test_round(
            info.context.viewer,
            _round(input.id),
            read(content.Conclusion, input),
            expected_version=input.expected_version,
        )
        return await answer(p.ConcludeTestRoundPayload, "testRound", call)

    @strawberry.mutation(
        description="Stop a round that is not concluded, with a reason. Needs EDITOR in the organisation that runs it."
    )
    async def cancel_test_round(
        self, info: Info[Context, None], input: i.CancelTestRoundInput
    ) -> p.CancelTestRoundPayload:
        """See services.test_rounds.test_rounds.cancel_test_round."""
        call = test_rounds.cancel_test_round(
            info.context.viewer,
            _round(input.id),
            read(Text, input.reason),
            expected_version=input.expected_version,
        )
        return await answer(p.CancelTestRoundPayload, "testRound", call)

    @strawberry.mutation(description="Record a participant's consent. Needs EDITOR in the organisation that runs it.")
    async def record_consent(self, info: Info[Context, None], input: i.RecordConsentInput) -> p.RecordConsentPayload:
        """See services.test_rounds.consents.record_consent."""
        call = consents.record_consent(
            info.context.viewer,
            _round(input.id),
            read(content.Consent, input),
            expected_version=input.expected_version,
            idempotency_key=input.idempotency_key,
        )
        return await answer(p.RecordConsentPayload, "testRound", call)

    @strawberry.mutation(
        description=(
            "Withdraw a participant's consents, in any state of the round: the observations under their alias and the"
            " files that name them are deleted; what others wrote of the round is rid of their words. Other files with"
            " those are withheld from outside their organisations, which are told. What others have on the round's"
            " case is reached only if the organisation that runs the round may edit the case, and if it was written"
            " after the words were recorded. Needs EDITOR in that organisation."
        )
    )
    async def withdraw_consent(
        self, info: Info[Context, None], input: i.WithdrawConsentInput
    ) -> p.WithdrawConsentPayload:
        """See services.privacy.departures.withdraw_consent."""
        call = departures.withdraw_consent(
            info.context.viewer, _round(input.id), input.alias, expected_version=input.expected_version
        )
        return await answer(p.WithdrawConsentPayload, "testRound", call)

    @strawberry.mutation(
        description="Add up to 100 observations, all or none. Needs EDITOR in the organisation that runs the round."
    )
    async def record_observations(
        self, info: Info[Context, None], input: i.RecordObservationsInput
    ) -> p.RecordObservationsPayload:
        """See services.test_rounds.observing.record_observations."""
        call = observing.record_observations(
            info.context.viewer,
            _round(input.id),
            _observations(input.observations),
            expected_version=input.expected_version,
            idempotency_key=input.idempotency_key,
        )
        return await answer(p.RecordObservationsPayload, "testRound", call)

    @strawberry.mutation(
        description="Record how many of each group came. Needs EDITOR in the organisation that runs the round."
    )
    async def record_participants(
        self, info: Info[Context, None], input: i.RecordParticipantsInput
    ) -> p.RecordParticipantsPayload:
        """See services.test_rounds.observing.record_participants."""
        call = observing.record_participants(
            info.context.viewer,
            _round(input.id),
            _attendances(input.participants),
            threshold=info.context.threshold,
            expected_version=input.expected_version,
        )
        return await answer(p.RecordParticipantsPayload, "testRound", call)

    @strawberry.mutation(
        description="Add findings, or revise some, while analysing. Needs EDITOR in the organisation that runs it."
    )
    async def record_findings(self, info: Info[Context, None], input: i.RecordFindingsInput) -> p.RecordFindingsPayload:
        """See services.test_rounds.analysis.record_findings."""
        call = analysis.record_findings(
            info.context.viewer,
            _round(input.id),
            _findings(input.findings),
            expected_version=input.expected_version,
            idempotency_key=input.idempotency_key,
        )
        return await answer(p.RecordFindingsPayload, "testRound", call)

    @strawberry.mutation(
        description="Say whether criteria held at sites, while analysing. Needs EDITOR in the organisation."
    )
    async def record_verdicts(self, info: Info[Context, None], input: i.RecordVerdictsInput) -> p.RecordVerdictsPayload:
        """See services.test_rounds.analysis.record_verdicts."""
        call = analysis.record_verdicts(
            info.context.viewer, _round(input.id), _verdicts(input.verdicts), expected_version=input.expected_version
        )
        return await answer(p.RecordVerdictsPayload, "testRound", call)
