"""Mutations on networks and on who is in them."""

import strawberry

from schema.networks.network_mutations import MemberOfNetworkMutations
from schema.networks.proposal_mutations import ProposalMutations


@strawberry.type
class NetworkMutations(MemberOfNetworkMutations, ProposalMutations):
    """The part of Mutation that is about networks."""
