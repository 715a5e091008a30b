"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.reviews import terms

ReviewStatus = term(terms.ReviewStatus)
Recommendation = term(terms.Recommendation)
