"""Mutations on the people of an organisation."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.organisations.anew import answer_anew
from schema.organisations.terms import Role
from schema.organisations.types import Membership, Organisation
from schema.payload import Payload, answer, read
from services.identity import departures
from services.invitations import removals
from services.organisations import members

_ORGANISATION = "The organisation's slug."
_PERSON = "The person's global id."


@strawberry.input(description="Somebody new, to be added to an organisation.")
class AddMemberInput:
    """Input of addMember."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    role: Role = strawberry.field(description="What they may do for it.")
    name: str = strawberry.field(description="Their name, at most 200 characters.")
    email: str | None = strawberry.field(
        default=None, description="Their e-mail address, which only they themselves see."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of addMember.")
class AddMemberPayload(Payload):
    """Payload of addMember."""

    membership: Membership | None = reference("The membership.")


@strawberry.input(description="Another role for a member.")
class ChangeRoleInput:
    """Input of changeRole."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    person: strawberry.ID = strawberry.field(description=_PERSON)
    role: Role = strawberry.field(description="What they may do for it from now on.")


@strawberry.type(description="The answer of changeRole.")
class ChangeRolePayload(Payload):
    """Payload of changeRole."""

    membership: Membership | None = reference("The membership.")


@strawberry.input(description="Who is to be an ADMIN in your place.")
class HandOverAdministrationInput:
    """Input of handOverAdministration."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    to: strawberry.ID = strawberry.field(description="The global id of another member.")


@strawberry.type(description="The answer of handOverAdministration.")
class HandOverAdministrationPayload(Payload):
    """Payload of handOverAdministration."""

    membership: Membership | None = reference("The membership of the new ADMIN.")


@strawberry.input(description="Which organisation to leave.")
class LeaveOrganisationInput:
    """Input of leaveOrganisation."""

    organisation: str = strawberry.field(description=_ORGANISATION)


@strawberry.type(description="The answer of leaveOrganisation.")
class LeaveOrganisationPayload(Payload):
    """Payload of leaveOrganisation."""

    organisation: Organisation | None = reference("The organisation, as everyone reads it.")


@strawberry.input(description="Whose membership ends.")
class RemoveMemberInput:
    """Input of removeMember."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    person: strawberry.ID = strawberry.field(description=_PERSON)


@strawberry.type(description="The answer of removeMember.")
class RemoveMemberPayload(Payload):
    """Payload of removeMember."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.input(description="Who may come in again.")
class ReadmitMemberInput:
    """Input of readmitMember."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    person: strawberry.ID = strawberry.field(
        description="The global id of the person or program; the log has it (`remove_member`, `leave_organisation`)."
    )


@strawberry.type(description="The answer of readmitMember.")
class ReadmitMemberPayload(Payload):
    """Payload of readmitMember."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.type
class MemberMutations:
    """The part of Mutation that is about memberships."""

    @strawberry.mutation(
        description="Make a new person, as a member of an organisation. Who is here already is asked, by"
        " `inviteMember`. Needs ADMIN in it."
    )
    async def add_member(self, info: Info[Context, None], input: AddMemberInput) -> AddMemberPayload:
        """See services.organisations.members.add_member."""
        new = read(members.NewMember, input)
        call = members.add_member(info.context.viewer, new, idempotency_key=input.idempotency_key)
        return await answer_anew(info, AddMemberPayload, "membership", call)

    @strawberry.mutation(description="Give a member another role. Needs ADMIN; the last ADMIN keeps the role.")
    async def change_role(self, info: Info[Context, None], input: ChangeRoleInput) -> ChangeRolePayload:
        """See services.organisations.members.change_role."""
        call = members.change_role(
            info.context.viewer, input.organisation, ids.read(input.person, "Person"), input.role
        )
        return await answer_anew(info, ChangeRolePayload, "membership", call)

    @strawberry.mutation(
        description="Make another member an ADMIN and yourself an EDITOR, in one step: so the last ADMIN hands over."
        " Invitations that you made are no longer valid. Needs ADMIN."
    )
    async def hand_over_administration(
        self, info: Info[Context, None], input: HandOverAdministrationInput
    ) -> HandOverAdministrationPayload:
        """See services.organisations.members.hand_over_administration."""
        call = members.hand_over_administration(info.context.viewer, input.organisation, ids.read(input.to, "Person"))
        return await answer_anew(info, HandOverAdministrationPayload, "membership", call)

    @strawberry.mutation(
        description="Lay down your own membership, by any sign-in of yours. What it let you read is gone with your next"
        " request; what you wrote keeps your name. Your sessions there end, with the tokens that were made in them, and"
        " its provider knows you no longer. The last ADMIN hands over first."
    )
    async def leave_organisation(
        self, info: Info[Context, None], input: LeaveOrganisationInput
    ) -> LeaveOrganisationPayload:
        """See services.identity.departures.leave_organisation."""
        call = departures.leave_organisation(info.context.viewer, input.organisation)
        return await answer_anew(info, LeaveOrganisationPayload, "organisation", call)

    @strawberry.mutation(
        description="Take somebody's membership away, which needs ADMIN, or lay down your own. Their sessions there"
        " end, with the tokens that were made in them, and no provider lets them in until an ADMIN does, by"
        " `readmitMember` or an invitation that is made after it and that they accept; one from before ends. The last"
        " ADMIN stays."
    )
    async def remove_member(self, info: Info[Context, None], input: RemoveMemberInput) -> RemoveMemberPayload:
        """See services.invitations.removals.remove_member."""
        call = removals.remove_member(info.context.viewer, input.organisation, ids.read(input.person, "Person"))
        return await answer_anew(info, RemoveMemberPayload, "organisation", call)

    @strawberry.mutation(
        description="Have your provider let somebody in again whom `removeMember` took out, whom another organisation's"
        " sign-in had leave, or a program that left."
        " They are a member with their next sign-in, if your rules give them a role. Needs ADMIN."
    )
    async def readmit_member(self, info: Info[Context, None], input: ReadmitMemberInput) -> ReadmitMemberPayload:
        """See services.identity.departures.readmit_member."""
        call = departures.readmit_member(info.context.viewer, input.organisation, ids.read(input.person, "Person"))
        return await answer(ReadmitMemberPayload, "organisation", call)
