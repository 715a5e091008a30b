"""Verbs on invitations of people. Each runs in one transaction and appends to the log.

Somebody who is here already is asked as who they are: they see the invitation, and accept or decline it. For everybody
else there is a link.

An invitation's secret leaves the service once, when it is made; what is kept is its hash. Whoever holds the secret
may use it once. A secret that nothing has, that was used, taken back or has expired, that is for somebody else's
address, or older than the removal of who holds it, is refused in the same words.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from piccolo.columns.combination import And, Where

from services import idempotency, log
from services.access import access, unknown
from services.errors import DomainError, ErrorCode, refusal, refuse_if
from services.identity.departures import let_in_again, was_turned_away_since
from services.ids import new_id
from services.invitations.rules import INVITATIONS_AT_MOST, USUAL_WAIT, check_wait, is_for
from services.invitations.tables import Invitation
from services.notifications.notifications import News, tell_organisation, tell_person
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_organisation, lock_people
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
    """An invitation to be made; the organisation is named by its slug. A link without an address is for any holder."""

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
        secret = INVITATION_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        await _issue(viewer, organisation, new, claim.id, email=email, secret=secret)
        # Without the address, which must not outlast the invitation.
        await _noted(viewer, "invite_member", claim.id, organisation.id, role=new.role)
    return MadeInvitation(claim.id, secret)


async def invite_person(
    viewer: Viewer, new: NewInvitation, person_id: UUID | None, *, idempotency_key: str | None = None
) -> UUID:
    """Ask a person whom the viewer can see to become a member; gives the invitation's id. Nothing of theirs changes."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        organisation = await led(viewer, new.organisation, "invite people to it")
        claim = await idempotency.claim(viewer, "invite_person", idempotency_key, (new, person_id))
        if claim.made:
            return claim.id
        if new.email is not None:
            raise refusal(ErrorCode.INVALID, "Give either `person`, or the address of somebody new.", "person")
        refuse_if(check_wait(new.expires_in_days))
        person = await access(Person, viewer, person_id, "person", "person")
        if await Person.exists().where((Person.id == person.id) & Person.erased_at.is_not_null()):
            raise unknown("person", "person")
        if await _belongs(organisation, person.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, "This person is a member already.", "person")
        await _issue(viewer, organisation, new, claim.id, person=person.id)
        await _noted(viewer, "invite_member", claim.id, organisation.id, role=new.role, person=str(person.id))
        # Whoever is asked again and again is told once a day.
        day = datetime.now(UTC).date().isoformat()
        news = News(NotificationKind.ORGANISATION_INVITATION, "Organisation", organisation.id, day)
        await tell_person(person.id, news, organisation.id)
    return claim.id


async def revoke_invitation(viewer: Viewer, invitation_id: UUID | None) -> UUID:
    """Take an invitation back, so that its link leads nowhere; gives the organisation's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        found = await Invitation.objects().where(Invitation.id == invitation_id).first() if invitation_id else None
        if found is None or not await runs(viewer, found.organisation):
            raise unknown("invitation", "id")
        organisation: UUID = found.organisation
        await lock_organisation(Organisation.id == organisation)
        await require_admin(viewer, organisation, "take invitations back")
        if not await Invitation.delete().where(Invitation.id == found.id).returning(Invitation.id):
            raise unknown("invitation", "id")
        await _noted(viewer, "revoke_invitation", found.id, organisation)
    return organisation


async def accept_invitation(viewer: Viewer, secret: str) -> UUID:
    """Become a member by a link; gives the membership's id. A member's link stays as it was."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        invitation, organisation = await _taken(_by_link(secret), _no_invitation(), person)
        own = await Person.select(Person.email).where(Person.id == person).first()
        if own is None or not is_for(invitation.email, own["email"]):
            raise _no_invitation()
        if await was_turned_away_since(invitation.created_at, person, organisation.id):
            raise _no_invitation()
        _check_speaks_for(viewer, organisation)
        if await _belongs(organisation, person):
            raise refusal(ErrorCode.ALREADY_EXISTS, "You are a member already. The invitation is left for another.")
        membership = new_id()
        await _come_in(viewer, invitation, organisation, person, membership)
    return membership


async def accept_own_invitation(viewer: Viewer, invitation_id: UUID | None) -> UUID:
    """Become a member as somebody who was asked; gives the membership's id."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        invitation, organisation = await _taken(_own(person, invitation_id), unknown("invitation", "id"), person)
        _check_speaks_for(viewer, organisation)
        if await _belongs(organisation, person):  # their provider may have brought them in
            raise refusal(ErrorCode.ALREADY_EXISTS, "You are a member already. Decline the invitation.")
        membership = new_id()
        await _come_in(viewer, invitation, organisation, person, membership)
    return membership


async def decline_invitation(viewer: Viewer, invitation_id: UUID | None) -> UUID:
    """Say no to what one was asked, by any sign-in; gives the organisation's id."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        invitation, organisation = await _taken(_own(person, invitation_id), unknown("invitation", "id"))
        await _noted(viewer, "decline_invitation", invitation.id, organisation.id)
    return organisation.id


async def accept_as_newcomer(secret: str, name: str) -> Newcomer:
    """Become a member by a link without having been here before: a new person, with their first token.

    An invitation for an address gives the person that address.
    """
    called = clean(name)
    refuse_if(check_name(called, "name"))
    async with keyring_change():
        invitation, organisation = await _taken(_by_link(secret), _no_invitation())
        await check_not_known(organisation, invitation.email)
        person, membership = await make_person(called, invitation.email), new_id()
        newcomer = Viewer(person=person, name=called)
        await _come_in(newcomer, invitation, organisation, person, membership)
        first = NewToken(label="first token", scopes=tuple(TokenScope), expires_in_days=LONGEST_LIFE)
        token = await issue_first_token(newcomer, first)
    return Newcomer(person, membership, token)


async def _issue(
    viewer: Viewer,
    organisation: Organisation,
    new: NewInvitation,
    invitation: UUID,
    *,
    person: UUID | None = None,
    email: str | None = None,
    secret: str | None = None,
) -> None:
    """Add an invitation of a person, or of whoever holds a secret, where there is room for one more that waits."""
    now, of_it = datetime.now(UTC), Invitation.organisation == organisation.id
    await Invitation.delete().where(of_it & (Invitation.expires_at <= now))
    if person and await Invitation.exists().where(of_it & (Invitation.person == person)):
        raise refusal(ErrorCode.ALREADY_EXISTS, "This person is invited already. Take that back first.", "person")
    if await Invitation.count().where(of_it) >= INVITATIONS_AT_MOST:
        raise refusal(
            ErrorCode.WRONG_STATE,
            f"{INVITATIONS_AT_MOST} invitations wait already. Take back one that nobody uses.",
        )
    await Invitation.insert(
        Invitation(
            id=invitation,
            organisation=organisation.id,
            role=new.role,
            email=email,
            person=person,
            secret_hash=secret_hash(secret) if secret else None,
            invited_by=viewer.person,
            created_at=now,
            expires_at=now + timedelta(days=new.expires_in_days),
        )
    )


async def _belongs(organisation: Organisation, person: UUID) -> bool:
    of_it = Membership.organisation == organisation.id
    return await Membership.exists().where(of_it & (Membership.person == person))


def _check_speaks_for(viewer: Viewer, organisation: Organisation) -> None:
    """Raise DomainError where a provider signed the viewer in for another organisation: it brings nobody in here."""
    if viewer.within not in {None, organisation.id}:
        raise refusal(
            ErrorCode.FORBIDDEN,
            "Your provider signed you in for one organisation alone. Come in with a personal token that was made"
            " elsewhere, or by a link without being signed in, as somebody new.",
        )


def _by_link(secret: str) -> Where:
    return Invitation.secret_hash == secret_hash(secret)


def _own(person: UUID, invitation: UUID | None) -> And:
    return (Invitation.id == invitation) & (Invitation.person == person)


async def _taken(where: Where | And, otherwise: DomainError, *persons: UUID) -> tuple[Invitation, Organisation]:
    """The invitation that fits, which from now on nobody else can use, and its organisation, whose row is locked.

    So are the persons who come in by it, before it: whoever erases them holds them, and then deletes it. There is none
    of an ADMIN who has lost the role: it went with that (migration 0029).
    """
    found = await Invitation.objects().where(where).first()
    organisation = await lock_organisation(Organisation.id == found.organisation) if found else None
    if found is None or organisation is None:
        raise otherwise
    await lock_people(persons=persons)
    open_still = (Invitation.id == found.id) & (Invitation.expires_at > datetime.now(UTC))
    if not await Invitation.delete().where(open_still).returning(Invitation.id):
        raise otherwise
    return found, organisation


async def _come_in(
    viewer: Viewer, invitation: Invitation, organisation: Organisation, person: UUID, membership: UUID
) -> None:
    await join(organisation, person, Role(invitation.role), membership)
    await let_in_again(person, organisation.id)
    # Whoever was asked, too, and came by a link has answered.
    await Invitation.delete().where((Invitation.organisation == organisation.id) & (Invitation.person == person))
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


def _no_invitation() -> DomainError:
    return refusal(
        ErrorCode.NOT_FOUND,
        "This invitation is not valid: it is unknown, was used or taken back, has expired, or is not for you."
        " Ask whoever sent it for a new one.",
        "secret",
    )


async def _noted(viewer: Viewer, action: str, invitation: UUID, organisation: UUID, **detail: object) -> None:
    await log.record(viewer, action, "Invitation", invitation, organisation=organisation, detail=detail)
