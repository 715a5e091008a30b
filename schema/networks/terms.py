"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.networks.terms import ProposalKind, ProposalState

__all__ = ["ProposalKind", "ProposalState"]

show(ProposalKind, ProposalState)
