"""Mutations on invitations and requests to join a network."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.networks.types import NetworkProposal
from schema.organisations.anew import answer_anew
from schema.organisations.terms import NetworkRole
from schema.payload import Payload
from services.networks import proposals

_ID = "The proposal's global id."
_NETWORK = "The network's slug."
_TYPE = "NetworkProposal"


@strawberry.input(description="An organisation that is to be asked to join a network.")
class InviteToNetworkInput:
    """Input of inviteToNetwork."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description="The organisation's slug.")
    role: NetworkRole = strawberry.field(default=NetworkRole.MEMBER, description="What it is to be in it.")


@strawberry.type(description="The answer of inviteToNetwork.")
class InviteToNetworkPayload(Payload):
    """Payload of inviteToNetwork."""

    proposal: NetworkProposal | None = reference("The invitation.")


@strawberry.input(description="A network that your organisation asks to join.")
class RequestToJoinNetworkInput:
    """Input of requestToJoinNetwork."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description="Your organisation's slug.")


@strawberry.type(description="The answer of requestToJoinNetwork.")
class RequestToJoinNetworkPayload(Payload):
    """Payload of requestToJoinNetwork."""

    proposal: NetworkProposal | None = reference("The request.")


@strawberry.input(description="Which proposal to accept.")
class AcceptNetworkProposalInput:
    """Input of acceptNetworkProposal."""

    id: strawberry.ID = strawberry.field(description=_ID)


@strawberry.type(description="The answer of acceptNetworkProposal.")
class AcceptNetworkProposalPayload(Payload):
    """Payload of acceptNetworkProposal."""

    proposal: NetworkProposal | None = reference("The proposal.")


@strawberry.input(description="Which proposal to decline.")
class DeclineNetworkProposalInput:
    """Input of declineNetworkProposal."""

    id: strawberry.ID = strawberry.field(description=_ID)


@strawberry.type(description="The answer of declineNetworkProposal.")
class DeclineNetworkProposalPayload(Payload):
    """Payload of declineNetworkProposal."""

    proposal: NetworkProposal | None = reference("The proposal.")


@strawberry.input(description="Which proposal of your side to take back.")
class WithdrawNetworkProposalInput:
    """Input of withdrawNetworkProposal."""

    id: strawberry.ID = strawberry.field(description=_ID)


@strawberry.type(description="The answer of withdrawNetworkProposal.")
class WithdrawNetworkProposalPayload(Payload):
    """Payload of withdrawNetworkProposal."""

    proposal: NetworkProposal | None = reference("The proposal.")


@strawberry.type
class ProposalMutations:
    """The part of Mutation that is about invitations and requests to join a network."""

    @strawberry.mutation(
        description="Invite an organisation to a network, which it may read until it answers. Needs ADMIN in one of"
        " the facilitators; while nobody guides the network yet, to be a steward."
    )
    async def invite_to_network(self, info: Info[Context, None], input: InviteToNetworkInput) -> InviteToNetworkPayload:
        """See services.networks.proposals.invite_to_network."""
        call = proposals.invite_to_network(info.context.viewer, input.network, input.organisation, input.role)
        return await answer_anew(info, InviteToNetworkPayload, "proposal", call)

    @strawberry.mutation(
        description="Ask to join a network that you can see: one that is public, or that you are in for another"
        " organisation. Needs ADMIN in the organisation."
    )
    async def request_to_join_network(
        self, info: Info[Context, None], input: RequestToJoinNetworkInput
    ) -> RequestToJoinNetworkPayload:
        """See services.networks.proposals.request_to_join_network."""
        call = proposals.request_to_join_network(info.context.viewer, input.network, input.organisation)
        return await answer_anew(info, RequestToJoinNetworkPayload, "proposal", call)

    @strawberry.mutation(
        description="Accept a proposal; the organisation is in the network from then on. An invitation needs ADMIN in"
        " the organisation, a request needs ADMIN in one of the facilitators."
    )
    async def accept_network_proposal(
        self, info: Info[Context, None], input: AcceptNetworkProposalInput
    ) -> AcceptNetworkProposalPayload:
        """See services.networks.proposals.accept_network_proposal."""
        call = proposals.accept_network_proposal(info.context.viewer, ids.read(input.id, _TYPE))
        return await answer_anew(info, AcceptNetworkProposalPayload, "proposal", call)

    @strawberry.mutation(
        description="Decline a proposal. Needs what accepting it needs. The other side may propose again."
    )
    async def decline_network_proposal(
        self, info: Info[Context, None], input: DeclineNetworkProposalInput
    ) -> DeclineNetworkProposalPayload:
        """See services.networks.proposals.decline_network_proposal."""
        call = proposals.decline_network_proposal(info.context.viewer, ids.read(input.id, _TYPE))
        return await answer_anew(info, DeclineNetworkProposalPayload, "proposal", call)

    @strawberry.mutation(
        description="Take a proposal back. An invitation needs ADMIN in one of the facilitators, a request needs ADMIN"
        " in the organisation."
    )
    async def withdraw_network_proposal(
        self, info: Info[Context, None], input: WithdrawNetworkProposalInput
    ) -> WithdrawNetworkProposalPayload:
        """See services.networks.proposals.withdraw_network_proposal."""
        call = proposals.withdraw_network_proposal(info.context.viewer, ids.read(input.id, _TYPE))
        return await answer_anew(info, WithdrawNetworkProposalPayload, "proposal", call)
