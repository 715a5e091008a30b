"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.test_rounds import terms

RoundStatus = term(terms.RoundStatus)
LawfulBasis = term(terms.LawfulBasis)
Decision = term(terms.Decision)
Judgement = term(terms.Judgement)
FindingState = term(terms.FindingState)
FrozenField = term(terms.FrozenField)
