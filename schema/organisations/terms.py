"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.organisations import terms

OrganisationKind = term(terms.OrganisationKind)
GovernmentLevel = term(terms.GovernmentLevel)
Role = term(terms.Role)
NetworkRole = term(terms.NetworkRole)
TokenScope = term(terms.TokenScope)
