"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.test_rounds.terms import (
    Decision,
    FindingState,
    FrozenField,
    Judgement,
    LawfulBasis,
    RoundStatus,
)

__all__ = [
    "Decision",
    "FindingState",
    "FrozenField",
    "Judgement",
    "LawfulBasis",
    "RoundStatus",
]

show(RoundStatus, LawfulBasis, Decision, Judgement, FindingState, FrozenField)
