"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.reviews.terms import (
    Recommendation,
    ReviewStatus,
)

__all__ = [
    "Recommendation",
    "ReviewStatus",
]

show(ReviewStatus, Recommendation)
