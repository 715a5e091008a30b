"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.adoptions import terms

AdoptionMode = term(terms.AdoptionMode)
AdoptionStage = term(terms.AdoptionStage)
