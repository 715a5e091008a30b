"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.cases import terms

CaseKind = term(terms.CaseKind)
PublicationStatus = term(terms.PublicationStatus)
ParticipationRole = term(terms.ParticipationRole)
Stage = term(terms.Stage)
PrincipleLevel = term(terms.PrincipleLevel)
OutputKind = term(terms.OutputKind)
OutputStatus = term(terms.OutputStatus)
OutcomeKind = term(terms.OutcomeKind)
OutcomeUnit = term(terms.OutcomeUnit)
TakeawayKind = term(terms.TakeawayKind)
