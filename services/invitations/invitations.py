"""Verbs on invitations of people. Each runs in one transaction and appends to the log.

An invitation's secret leaves the service once, when it is made; what is kept is its hash. Whoever holds the secret
may use it once. A secret that nothing has, that was used, taken back or has expired, or that is for somebody else's
address is refused in the same words.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services import idempotency, log
from services.access import unknown
from services.errors import DomainError, ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.invitations.rules import INVITATIONS_AT_MOST, USUAL_WAIT, check_wait, is_for
from services.invitations.tables import Invitation
from services.notifications.notifications import News, tell_organisation
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_organisation
from services.organisations.members import check_not_known, join, led, make_person, require_admin, runs
from services.organisations.rules import LONGEST_LIFE, check_email, check_name
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role, TokenScope
from services.organisations.tokens import NewToken, issue_first_token, secret_hash
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer

INVITATION_PREFIX = "serra-invitation_"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """An invitation to be made; the organisation is named by its slug. Without an address it is for any holder."""

    organisation: str
    role: Role
    email: str | None = None
    expires_in_days: int = USUAL_WAIT


@dataclass(frozen=True, slots=True)
class MadeInvitation:
    """An invitation and its secret; no secret when an earlier request with the same key was given it."""

    id: UUID
    secret: str | None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who came in by an invitation: who, as what, and the secret of their first token."""

    person: UUID
    membership: UUID
    secret: str


async def invite_member(viewer: Viewer, new: NewInvitation, *, idempotency_key: str | None = None) -> MadeInvitation:
    """Make a link that makes whoever follows it a member."""
    viewer.require_scope(TokenScope.WRITE)
    email = clean(new.email or "") or None
    async with transaction():
        organisation = await led(viewer, new.organisation, "invite people to it")
        claim = await idempotency.claim(viewer, "invite_member", idempotency_key, new)
        if claim.made:
            return MadeInvitation(claim.id, None)
        refuse_if([*check_email(email), *check_wait(new.expires_in_days)])
        await check_not_known(organisation, email, "email")
        now = datetime.now(UTC)
        await Invitation.delete().where((Invitation.organisation == organisation.id) & (Invitation.expires_at <= now))
        if await Invitation.count().where(Invitation.organisation == organisation.id) >= INVITATIONS_AT_MOST:
            raise refusal(
                ErrorCode.WRONG_STATE,
                f"{INVITATIONS_AT_MOST} invitations wait already. Take back one that nobody uses.",
            )
        secret = INVITATION_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        await Invitation.insert(
            Invitation(
                id=claim.id,
                organisation=organisation.id,
                role=new.role,
                email=email,
                secret_hash=secret_hash(secret),
                invited_by=viewer.person,
                created_at=now,
                expires_at=now + timedelta(days=new.expires_in_days),
            )
        )
        # Without the address, which must not outlast the invitation.
        await _noted(viewer, "invite_member", claim.id, organisation, role=new.role)
    return MadeInvitation(claim.id, secret)


async def revoke_invitation(viewer: Viewer, invitation_id: UUID | None) -> UUID:
    """Take an invitation back, so that its link leads nowhere; gives the organisation's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        found = await Invitation.objects().where(Invitation.id == invitation_id).first() if invitation_id else None
        if found is None or not await runs(viewer, found.organisation):
            raise unknown("invitation", "id")
        organisation = await _locked(found.organisation)
        await require_admin(viewer, organisation.id, "take invitations back")
        if not await Invitation.delete().where(Invitation.id == found.id).returning(Invitation.id):
            raise unknown("invitation", "id")
        await _noted(viewer, "revoke_invitation", found.id, organisation)
    return organisation.id


async def accept_invitation(viewer: Viewer, secret: str) -> UUID:
    """Become a member by a link; gives the membership's id. A member's link stays as it was."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        invitation, organisation = await _taken(secret)
        own = await Person.select(Person.email).where(Person.id == person).first()
        if own is None or not is_for(invitation.email, own["email"]):
            raise _no_invitation()
        if viewer.within not in {None, organisation.id}:  # they could neither use the membership nor leave again
            raise refusal(
                ErrorCode.FORBIDDEN,
                "Your provider signed you in for one organisation alone. Follow the link without being signed in, as"
                " somebody new, or with a personal token that was made elsewhere.",
            )
        if await Membership.exists().where(
            (Membership.organisation == organisation.id) & (Membership.person == person)
        ):
            raise refusal(ErrorCode.ALREADY_EXISTS, "You are a member already. The invitation is left for another.")
        membership = new_id()
        await _come_in(viewer, invitation, organisation, person, membership)
    return membership


async def accept_as_newcomer(secret: str, name: str) -> Newcomer:
    """Become a member by a link without having been here before: a new person, with their first token.

    An invitation for an address gives the person that address.
    """
    called = clean(name)
    refuse_if(check_name(called, "name"))
    async with keyring_change():
        invitation, organisation = await _taken(secret)
        await check_not_known(organisation, invitation.email)
        person, membership = await make_person(called, invitation.email), new_id()
        newcomer = Viewer(person=person, name=called)
        await _come_in(newcomer, invitation, organisation, person, membership)
        first = NewToken(label="first token", scopes=tuple(TokenScope), expires_in_days=LONGEST_LIFE)
        token = await issue_first_token(newcomer, first)
    return Newcomer(person, membership, token)


async def _taken(secret: str) -> tuple[Invitation, Organisation]:
    """The invitation of a secret, which from now on nobody else can use, and its organisation, whose row is locked.

    It is as good as who made it: an ADMIN who has lost the role does not come back by a link of their own.
    """
    found = await Invitation.objects().where(Invitation.secret_hash == secret_hash(secret)).first()
    if found is None:
        raise _no_invitation()
    organisation = await _locked(found.organisation)
    open_still = (Invitation.id == found.id) & (Invitation.expires_at > datetime.now(UTC))
    if not await Invitation.delete().where(open_still).returning(Invitation.id) or not await Membership.exists().where(
        (Membership.organisation == organisation.id)
        & (Membership.person == found.invited_by)
        & (Membership.role == Role.ADMIN)
    ):
        raise _no_invitation()
    return found, organisation


async def _come_in(
    viewer: Viewer, invitation: Invitation, organisation: Organisation, person: UUID, membership: UUID
) -> None:
    await join(organisation, person, Role(invitation.role), membership)
    await log.record(
        viewer,
        "accept_invitation",
        "Person",
        person,
        organisation=organisation.id,
        detail={"role": invitation.role, "invitation": str(invitation.id)},
    )
    news = News(NotificationKind.INVITATION_ACCEPTED, "Person", person, str(membership))
    await tell_organisation(organisation.id, news)


async def _locked(organisation: UUID) -> Organisation:
    found = await lock_organisation(Organisation.id == organisation)
    if found is None:
        raise _no_invitation()
    return found


def _no_invitation() -> DomainError:
    return refusal(
        ErrorCode.NOT_FOUND,
        "This invitation is not valid: it is unknown, was used or taken back, has expired, or is not for you."
        " Ask whoever sent it for a new one.",
        "secret",
    )


async def _noted(viewer: Viewer, action: str, invitation: UUID, organisation: Organisation, **detail: object) -> None:
    await log.record(viewer, action, "Invitation", invitation, organisation=organisation.id, detail=detail)
