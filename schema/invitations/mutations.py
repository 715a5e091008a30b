"""Mutations on invitations of people."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.invitations.types import Invitation
from schema.organisations.anew import answer_anew
from schema.organisations.terms import Role, TokenScope
from schema.organisations.types import Membership, Organisation
from schema.payload import Payload, answer, read
from schema.shared import user_errors
from services.errors import DomainError
from services.invitations import invitations
from services.invitations.rules import USUAL_WAIT
from services.organisations.people import viewer_of
from services.viewer import ANYONE


@strawberry.input(description="Somebody to be invited into an organisation.")
class InviteMemberInput:
    """Input of inviteMember."""

    organisation: str = strawberry.field(description="The organisation's slug.")
    role: Role = strawberry.field(description="What they may do for it.")
    email: str | None = strawberry.field(
        default=None,
        description="Their e-mail address, if only they may use the link: somebody who is known here by another address"
        " cannot, and somebody new gets it as theirs. Serra sends no mail.",
    )
    expires_in_days: int = strawberry.field(
        default=USUAL_WAIT, description="For how many days the link is valid, 1–90."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of inviteMember.")
class InviteMemberPayload(Payload):
    """Payload of inviteMember."""

    invitation: Invitation | None = reference("The invitation.")
    secret: str | None = strawberry.field(
        default=None,
        description="What `acceptInvitation` takes. Shown this once: send it to whom you invite, and to nobody else."
        " null when the request only repeats an earlier one with the same key.",
    )
    link: str | None = strawberry.field(
        default=None, description="The address of a page on which it can be used; as secret as the secret in it."
    )


@strawberry.input(description="Which invitation to take back.")
class RevokeInvitationInput:
    """Input of revokeInvitation."""

    id: strawberry.ID = strawberry.field(description="The invitation's global id.")


@strawberry.type(description="The answer of revokeInvitation.")
class RevokeInvitationPayload(Payload):
    """Payload of revokeInvitation."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.input(description="An invitation that you follow.")
class AcceptInvitationInput:
    """Input of acceptInvitation."""

    secret: str = strawberry.field(description="The secret of the invitation.")
    name: str | None = strawberry.field(
        default=None,
        description="Your name, at most 200 characters, if you are new here. Who is signed in has one already.",
    )


@strawberry.type(description="The answer of acceptInvitation.")
class AcceptInvitationPayload(Payload):
    """Payload of acceptInvitation."""

    membership: Membership | None = reference("Your membership.")
    token_secret: str | None = strawberry.field(
        default=None,
        description="For somebody new: what to send as «Authorization: Bearer …» from now on. Shown this once: keep it"
        " where passwords are kept.",
    )


@strawberry.type
class InvitationMutations:
    """The part of Mutation that is about invitations of people."""

    @strawberry.mutation(
        description="Make a link that makes whoever follows it a member, once. It is valid until it expires, is used or"
        " is taken back, and while you are an ADMIN. Needs ADMIN."
    )
    async def invite_member(self, info: Info[Context, None], input: InviteMemberInput) -> InviteMemberPayload:
        """See services.invitations.invitations.invite_member."""
        try:
            made = await invitations.invite_member(
                info.context.viewer,
                read(invitations.NewInvitation, input),
                idempotency_key=input.idempotency_key,
            )
        except DomainError as error:
            return InviteMemberPayload(user_errors=user_errors(error))
        return InviteMemberPayload(
            references={"invitation": made.id},
            secret=made.secret,
            link=f"{info.context.public_url}/invitation#{made.secret}" if made.secret else None,
        )

    @strawberry.mutation(description="Take an invitation back; its link leads nowhere from then on. Needs ADMIN.")
    async def revoke_invitation(
        self, info: Info[Context, None], input: RevokeInvitationInput
    ) -> RevokeInvitationPayload:
        """See services.invitations.invitations.revoke_invitation."""
        call = invitations.revoke_invitation(info.context.viewer, ids.read(input.id, "Invitation"))
        return await answer(RevokeInvitationPayload, "organisation", call)

    @strawberry.mutation(
        description="Become a member by an invitation: signed in as yourself, or, if you are new here, without a token"
        " and with your name; then you get your first token."
    )
    async def accept_invitation(
        self, info: Info[Context, None], input: AcceptInvitationInput
    ) -> AcceptInvitationPayload:
        """See services.invitations.invitations.accept_invitation, and accept_as_newcomer for who is new."""
        if info.context.viewer.person is not None:
            call = invitations.accept_invitation(info.context.viewer, input.secret)
            return await answer_anew(info, AcceptInvitationPayload, "membership", call)
        try:
            newcomer = await invitations.accept_as_newcomer(input.secret, input.name or "")
        except DomainError as error:
            return AcceptInvitationPayload(user_errors=user_errors(error))
        info.context.viewer = await viewer_of(newcomer.person, TokenScope) or ANYONE
        return AcceptInvitationPayload(references={"membership": newcomer.membership}, token_secret=newcomer.secret)
