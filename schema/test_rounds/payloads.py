"""What mutations on test rounds answer with."""

import strawberry

from schema.compiler.declare import reference
from schema.payload import Payload
from schema.test_rounds.types import TestRound


@strawberry.type(description="The answer of planTestRound.")
class PlanTestRoundPayload(Payload):
    """Payload of planTestRound."""

    test_round: TestRound | None = reference("The planned round.")


@strawberry.type(description="The answer of editTestRound.")
class EditTestRoundPayload(Payload):
    """Payload of editTestRound."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of registerTestRound.")
class RegisterTestRoundPayload(Payload):
    """Payload of registerTestRound."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordDeviation.")
class RecordDeviationPayload(Payload):
    """Payload of recordDeviation."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of startTestRound.")
class StartTestRoundPayload(Payload):
    """Payload of startTestRound."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of shareTestRound.")
class ShareTestRoundPayload(Payload):
    """Payload of shareTestRound."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of cancelTestRound.")
class CancelTestRoundPayload(Payload):
    """Payload of cancelTestRound."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordConsent.")
class RecordConsentPayload(Payload):
    """Payload of recordConsent."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of withdrawConsent.")
class WithdrawConsentPayload(Payload):
    """Payload of withdrawConsent."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordObservations.")
class RecordObservationsPayload(Payload):
    """Payload of recordObservations."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordParticipants.")
class RecordParticipantsPayload(Payload):
    """Payload of recordParticipants."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of beginAnalysis.")
class BeginAnalysisPayload(Payload):
    """Payload of beginAnalysis."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordFindings.")
class RecordFindingsPayload(Payload):
    """Payload of recordFindings."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of recordVerdicts.")
class RecordVerdictsPayload(Payload):
    """Payload of recordVerdicts."""

    test_round: TestRound | None = reference("The round.")


@strawberry.type(description="The answer of concludeTestRound.")
class ConcludeTestRoundPayload(Payload):
    """Payload of concludeTestRound."""

    test_round: TestRound | None = reference("The round.")
