"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.practices.terms import EvidenceReason

__all__ = ["EvidenceReason"]

show(EvidenceReason)
