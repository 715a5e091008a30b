"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.cases.terms import (
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
