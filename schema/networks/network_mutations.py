"""Mutations on networks and the organisations in them. How they come in stands in proposal_mutations."""

import strawberry
from strawberry.types import Info

from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.organisations.anew import answer_anew
from schema.organisations.terms import NetworkRole
from schema.organisations.types import Network, NetworkMember
from schema.payload import Payload, read
from schema.shared import LocalisedTextInput
from services.networks import networks

_NETWORK = "The network's slug."
_ORGANISATION = "The organisation's slug."
_UNSEEN = "null where you belong to none of its organisations and it is not public."


@strawberry.input(description="A network to be created.")
class CreateNetworkInput:
    """Input of createNetwork."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    names: list[LocalisedTextInput] = strawberry.field(description="Its name, at most 200 characters in each language.")
    facilitators: list[str] = strawberry.field(description="Slugs of the organisations that guide it, at least one.")
    members: list[str] = strawberry.field(default_factory=list, description="Slugs of the others in it.")
    description: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What it is for.")
    public: bool = strawberry.field(
        default=False,
        description="Whether everyone may read that it exists and who is in it, and ask to join."
        " What is shared with it stays its own.",
    )
    is_sample: bool = strawberry.field(default=False, description="Whether it is made up for demonstration.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of createNetwork.")
class CreateNetworkPayload(Payload):
    """Payload of createNetwork."""

    network: Network | None = reference("The network.")


@strawberry.input(description="An organisation that joins a network.")
class AddNetworkMemberInput:
    """Input of addNetworkMember."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description=_ORGANISATION)
    role: NetworkRole = strawberry.field(default=NetworkRole.MEMBER, description="What it is to be in it.")


@strawberry.type(description="The answer of addNetworkMember.")
class AddNetworkMemberPayload(Payload):
    """Payload of addNetworkMember."""

    member: NetworkMember | None = reference("The organisation in the network.")


@strawberry.input(description="What an organisation is to be in a network that it is in.")
class ChangeNetworkRoleInput:
    """Input of changeNetworkRole."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description=_ORGANISATION)
    role: NetworkRole = strawberry.field(description="What it is from now on.")


@strawberry.type(description="The answer of changeNetworkRole.")
class ChangeNetworkRolePayload(Payload):
    """Payload of changeNetworkRole."""

    member: NetworkMember | None = reference("The organisation in the network.")


@strawberry.input(description="Who guides a network instead of whom.")
class HandOverFacilitationInput:
    """Input of handOverFacilitation."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description="The slug of the facilitator that becomes a member.")
    to: str = strawberry.field(description="The slug of the member that becomes a facilitator.")


@strawberry.type(description="The answer of handOverFacilitation.")
class HandOverFacilitationPayload(Payload):
    """Payload of handOverFacilitation."""

    member: NetworkMember | None = reference("The new facilitator in the network.")


@strawberry.input(description="Which organisation of yours leaves which network.")
class LeaveNetworkInput:
    """Input of leaveNetwork."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description=_ORGANISATION)


@strawberry.type(description="The answer of leaveNetwork.")
class LeaveNetworkPayload(Payload):
    """Payload of leaveNetwork."""

    network: Network | None = reference(f"The network; {_UNSEEN}")


@strawberry.input(description="Which organisation leaves which network.")
class RemoveNetworkMemberInput:
    """Input of removeNetworkMember."""

    network: str = strawberry.field(description=_NETWORK)
    organisation: str = strawberry.field(description=_ORGANISATION)


@strawberry.type(description="The answer of removeNetworkMember.")
class RemoveNetworkMemberPayload(Payload):
    """Payload of removeNetworkMember."""

    network: Network | None = reference(f"The network; {_UNSEEN}")


@strawberry.type
class MemberOfNetworkMutations:
    """The part of Mutation that is about networks and the organisations in them."""

    @strawberry.mutation(
        description="Bring organisations together. Needs ADMIN in the first facilitator, or to be a steward. Those of"
        " which you are an ADMIN are in it at once, the others are invited. Until one that is to guide it has accepted,"
        " you see it and its proposals as a steward, and no longer."
    )
    async def create_network(self, info: Info[Context, None], input: CreateNetworkInput) -> CreateNetworkPayload:
        """See services.networks.networks.create_network."""
        call = networks.create_network(
            info.context.viewer, read(networks.NewNetwork, input), idempotency_key=input.idempotency_key
        )
        return await answer_anew(info, CreateNetworkPayload, "network", call)

    @strawberry.mutation(
        description="Take an organisation into a network at once, where you decide for both: needs ADMIN in that"
        " organisation and in one of the facilitators. Others are invited, with inviteToNetwork."
    )
    async def add_network_member(
        self, info: Info[Context, None], input: AddNetworkMemberInput
    ) -> AddNetworkMemberPayload:
        """See services.networks.networks.add_network_member."""
        call = networks.add_network_member(info.context.viewer, input.network, input.organisation, input.role)
        return await answer_anew(info, AddNetworkMemberPayload, "member", call)

    @strawberry.mutation(
        description="Make a member a facilitator or the other way round. Needs ADMIN in a facilitator; one remains."
    )
    async def change_network_role(
        self, info: Info[Context, None], input: ChangeNetworkRoleInput
    ) -> ChangeNetworkRolePayload:
        """See services.networks.networks.change_network_role."""
        call = networks.change_network_role(info.context.viewer, input.network, input.organisation, input.role)
        return await answer_anew(info, ChangeNetworkRolePayload, "member", call)

    @strawberry.mutation(
        description="Let another member guide the network in your organisation's place, in one step: so the last"
        " facilitator hands over. Needs ADMIN in the facilitator."
    )
    async def hand_over_facilitation(
        self, info: Info[Context, None], input: HandOverFacilitationInput
    ) -> HandOverFacilitationPayload:
        """See services.networks.networks.hand_over_facilitation."""
        call = networks.hand_over_facilitation(info.context.viewer, input.network, input.organisation, input.to)
        return await answer_anew(info, HandOverFacilitationPayload, "member", call)

    @strawberry.mutation(
        description="Take your organisation out of a network; its people stop reading what is shared there with their"
        " next request. Needs ADMIN in it; the last facilitator hands over first."
    )
    async def leave_network(self, info: Info[Context, None], input: LeaveNetworkInput) -> LeaveNetworkPayload:
        """See services.networks.networks.leave_network."""
        call = networks.leave_network(info.context.viewer, input.network, input.organisation)
        return await answer_anew(info, LeaveNetworkPayload, "network", call)

    @strawberry.mutation(
        description="Leave a network, or take an organisation out of it; its people stop reading what is shared there."
        " Needs ADMIN in that organisation or in one of the facilitators; the last of these stays."
    )
    async def remove_network_member(
        self, info: Info[Context, None], input: RemoveNetworkMemberInput
    ) -> RemoveNetworkMemberPayload:
        """See services.networks.networks.remove_network_member."""
        call = networks.remove_network_member(info.context.viewer, input.network, input.organisation)
        return await answer_anew(info, RemoveNetworkMemberPayload, "network", call)
