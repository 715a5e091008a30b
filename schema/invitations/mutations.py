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
from services.errors import DomainError, refuse_if
from services.invitations import invitations
from services.invitations.rules import USUAL_WAIT, check_named
from services.organisations.people import viewer_of
from services.viewer import ANYONE


@strawberry.input(description="Somebody to be invited into an organisation.")
class InviteMemberInput:
    """Input of inviteMember."""

    organisation: str = strawberry.field(description="The organisation's slug.")
    role: Role = strawberry.field(description="What they may do for it.")
    person: strawberry.ID | None = strawberry.field(
        default=None,
        description="The global id of a person whom you can see. They find the invitation in `viewer { invitations }`"
        " and are told of it; there is no link, and `email` is left out.",
    )
    email: str | None = strawberry.field(
        default=None,
        description="Their e-mail address, if only they may use the link: somebody who is known here by another address"
        " cannot, and somebody new gets it as theirs. Serra sends no mail.",
    )
    expires_in_days: int = strawberry.field(default=USUAL_WAIT, description="For how many days it is valid, 1–90.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of inviteMember.")
class InviteMemberPayload(Payload):
    """Payload of inviteMember."""

    invitation: Invitation | None = reference("The invitation.")
    secret: str | None = strawberry.field(
        default=None,
        description="What `acceptInvitation` takes. Shown this once: send it to whom you invite, and to nobody else."
        " null for a person who is asked, and when the request only repeats an earlier one with the same key.",
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

    secret: str | None = strawberry.field(default=None, description="The secret of a link.")
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of one in `viewer { invitations }`, in place of a secret."
    )
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


@strawberry.input(description="An invitation that you say no to.")
class DeclineInvitationInput:
    """Input of declineInvitation."""

    id: strawberry.ID = strawberry.field(description="The global id of one in `viewer { invitations }`.")


@strawberry.type(description="The answer of declineInvitation.")
class DeclineInvitationPayload(Payload):
    """Payload of declineInvitation."""

    organisation: Organisation | None = reference("The organisation that had asked, as everyone reads it.")


@strawberry.type
class InvitationMutations:
    """The part of Mutation that is about invitations of people."""

    @strawberry.mutation(
        description="Ask a `person` who is here already to become a member, or make a link that makes whoever follows"
        " it one, once. It is valid until it expires, is used, declined or taken back, and while you are an ADMIN."
        " Needs ADMIN."
    )
    async def invite_member(self, info: Info[Context, None], input: InviteMemberInput) -> InviteMemberPayload:
        """See services.invitations.invitations.invite_member, and invite_person for who is here already."""
        viewer, key, new = info.context.viewer, input.idempotency_key, read(invitations.NewInvitation, input)
        if input.person is not None:
            person = ids.read(input.person, "Person")
            call = invitations.invite_person(viewer, new, person, idempotency_key=key)
            return await answer(InviteMemberPayload, "invitation", call)
        try:
            made = await invitations.invite_member(viewer, new, idempotency_key=key)
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
        description="Become a member. Give the `id` of an invitation of yours, or the `secret` of a link: signed in as"
        " yourself, or, if you are new here, without a token and with your `name`; then you get your first token."
    )
    async def accept_invitation(
        self, info: Info[Context, None], input: AcceptInvitationInput
    ) -> AcceptInvitationPayload:
        """See accept_own_invitation, accept_invitation and accept_as_newcomer of services.invitations.invitations."""
        viewer, secret = info.context.viewer, input.secret or ""
        try:
            refuse_if(check_named(input.id, input.secret))
            if input.id is None and viewer.person is None:
                return await _came_in(info, await invitations.accept_as_newcomer(secret, input.name or ""))
        except DomainError as error:
            return AcceptInvitationPayload(user_errors=user_errors(error))
        call = (
            invitations.accept_invitation(viewer, secret)
            if input.id is None
            else invitations.accept_own_invitation(viewer, ids.read(input.id, "Invitation"))
        )
        return await answer_anew(info, AcceptInvitationPayload, "membership", call)

    @strawberry.mutation(
        description="Say no to an organisation that asks you to become a member. Its ADMINs read it in their log."
    )
    async def decline_invitation(
        self, info: Info[Context, None], input: DeclineInvitationInput
    ) -> DeclineInvitationPayload:
        """See services.invitations.invitations.decline_invitation."""
        call = invitations.decline_invitation(info.context.viewer, ids.read(input.id, "Invitation"))
        return await answer(DeclineInvitationPayload, "organisation", call)


async def _came_in(info: Info[Context, None], newcomer: invitations.Newcomer) -> AcceptInvitationPayload:
    """The answer to somebody new, which they read with the keys that they have got by it."""
    info.context.viewer = await viewer_of(newcomer.person, TokenScope) or ANYONE
    return AcceptInvitationPayload(references={"membership": newcomer.membership}, token_secret=newcomer.secret)
