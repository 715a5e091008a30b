"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.adoptions.terms import (
    AdoptionMode,
    AdoptionStage,
)

__all__ = [
    "AdoptionMode",
    "AdoptionStage",
]

show(AdoptionMode, AdoptionStage)
