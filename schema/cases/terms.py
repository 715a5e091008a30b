"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.cases.terms import (
    AccessAnswer,
    CaseKind,
    OutcomeKind,
    OutcomeUnit,
    OutputKind,
    OutputStatus,
    ParticipationRole,
    PrincipleLevel,
    PublicationStatus,
    Stage,
    TakeawayKind,
)

__all__ = [
    "AccessAnswer",
    "CaseKind",
    "OutcomeKind",
    "OutcomeUnit",
    "OutputKind",
    "OutputStatus",
    "ParticipationRole",
    "PrincipleLevel",
    "PublicationStatus",
    "Stage",
    "TakeawayKind",
]

show(
    AccessAnswer,
    CaseKind,
    PublicationStatus,
    ParticipationRole,
    Stage,
    PrincipleLevel,
    OutputKind,
    OutputStatus,
    OutcomeKind,
    OutcomeUnit,
    TakeawayKind,
)
