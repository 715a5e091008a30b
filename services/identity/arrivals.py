"""Whom a provider has named: who that is here, with which role, and whether they may come in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import log
from services.errors import DomainError, ErrorCode, refusal
from services.identity.departures import is_turned_away
from services.identity.providers import Provider, prove
from services.identity.rules import (
    SUBJECT_LIMIT,
    email_of,
    machine_scopes,
    name_of,
    of_machine,
    role_of,
)
from services.identity.sessions import open_session
from services.identity.tables import ExternalIdentity, IdentityProvider, SpentState
from services.identity.terms import IdentityKind
from services.ids import new_id
from services.notifications.notifications import News, tell_person
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import FIRST_END, keyring_change, renew_audiences
from services.organisations.locks import lock_organisation, lock_people
from services.organisations.members import admins
from services.organisations.people import SignedIn, viewer_of
from services.organisations.rules import check_admin_remains
from services.organisations.sign_ins import SignInMethod, record_use
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role
from services.transaction import transaction
from services.viewer import ANYONE, Viewer, person_key

_SPEND = """
    with gone as (delete from spent_state where expires_at < now())
    insert into spent_state (hash, expires_at) values ({}, {}) on conflict do nothing returning hash
"""

_MACHINE = f"""
    select identity.person, identity.organisation, identity.last_used_at,
        least({{}}::timestamptz, {FIRST_END}) - now() as lasts
    from external_identity identity join person on person.id = identity.person
    join identity_provider provider
        on provider.organisation = identity.organisation and provider.issuer = identity.issuer
    where identity.id = {{}} and identity.kind = 'MACHINE' and provider.is_enabled and provider.allows_machines
        and provider.proven_at is not null
"""  # noqa: S608 - only a constant stands in it


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom a provider has named, by claims that were verified.

    `as_person` is whoever was signed in already and asked to be known by this provider from now on.
    """

    provider: Provider
    kind: IdentityKind
    subject: str
    claims: Mapping[str, Any]
    as_person: UUID | None = None


async def spend(state_hash: bytes, expires_at: datetime) -> bool:
    """Use an answer of a provider up; False where it was used before. Kept until the answer is too old anyway."""
    return bool(await SpentState.raw(_SPEND, state_hash, expires_at))


async def arrive(arrival: Arrival, address: str = "") -> str:
    """Sign somebody in from an address, with the role that their claims give; gives a session's secret.

    Raises DomainError.

    The role follows the claims each time. Without one the membership ends, and nobody is signed in; but the
    organisation's last ADMIN stays what they are.
    """
    async with keyring_change():
        identity, role = await _admitted(arrival)
        if identity is not None and role is not None:
            await _here_now(identity.id)
            viewer = await viewer_of(identity.person, (), arrival.provider.organisation) or ANYONE
            return await open_session(viewer, arrival.provider.organisation, identity.id, address)
    raise refusal(
        ErrorCode.FORBIDDEN,
        "Your organisation's provider knows you, but none of its groups that it tells of has a role here."
        " Ask your organisation's administrator for one.",
    )


async def arrive_machine(arrival: Arrival) -> SignedIn | None:
    """The viewer of a machine's token, with the role that its claims give; None without one. Raises DomainError."""
    async with keyring_change():
        identity, role = await _admitted(arrival)
    if identity is None or role is None:
        return None
    return await machine_of(identity.id, arrival.claims)


async def machine_of(identity: UUID, claims: Mapping[str, Any]) -> SignedIn | None:
    """A machine that has arrived before, with what it holds now; None where it may come no longer."""
    rows = await ExternalIdentity.raw(_MACHINE, datetime.fromtimestamp(claims["exp"], UTC), identity)
    if not rows:
        return None
    viewer = await viewer_of(rows[0]["person"], machine_scopes(claims), rows[0]["organisation"])
    if viewer is None or not viewer.roles:
        return None
    return SignedIn(identity, replace(viewer, is_machine=True), rows[0]["last_used_at"], rows[0]["lasts"])


async def note_identity(identity: UUID, viewer: Viewer, address: str) -> None:
    """Remember that a machine was here now; it counts as a sign-in once an hour for each address."""
    columns = (ExternalIdentity.last_used_at,)
    async with transaction():
        of_it = ExternalIdentity.id == identity
        before = await ExternalIdentity.select(*columns).where(of_it).lock_rows("NO KEY UPDATE").first()
        if before is not None:
            await _here_now(identity)
            with_identity = ("ExternalIdentity", identity)
            await record_use(viewer, SignInMethod.MACHINE_TOKEN, address, with_identity, before["last_used_at"])


async def _here_now(identity: UUID) -> None:
    of_it = ExternalIdentity.id == identity
    await ExternalIdentity.update({ExternalIdentity.last_used_at: datetime.now(UTC)}).where(of_it)


async def _admitted(arrival: Arrival) -> tuple[ExternalIdentity | None, Role | None]:
    """The identity and its role, both up to date; None for one who has no role, who is then no member either."""
    provider = arrival.provider
    # Locked: what follows from one membership must not overtake what follows from another.
    organisation = await lock_organisation(Organisation.id == provider.organisation)
    present = await IdentityProvider.objects().where(IdentityProvider.id == provider.id).first()
    if organisation is None or present is None or present.issuer != provider.issuer or not present.is_enabled:
        raise refusal(ErrorCode.WRONG_STATE, "The organisation has changed its provider meanwhile. Sign in again.")
    role = role_of(provider.rules, provider.default_role, arrival.claims)
    if arrival.kind is IdentityKind.MACHINE:
        role = of_machine(role)
    else:
        await prove(present)
    identity = await _known(arrival)
    person = identity.person if identity else arrival.as_person
    if person and await is_turned_away(person, organisation.id):
        raise _removed(arrival.kind, organisation.slug)
    if identity is None:
        if role is None:
            return None, None
        identity = await _made(arrival)
    # Locked, so that whoever is erased meanwhile is not made a member once they are.
    await lock_people(persons=[identity.person])
    viewer = await viewer_of(identity.person, ()) or ANYONE
    if viewer.person is None:
        raise refusal(ErrorCode.FORBIDDEN, "This person was erased from the network at their own wish.")
    return identity, await _with_role(viewer, identity.person, provider.organisation, role)


async def _known(arrival: Arrival) -> ExternalIdentity | None:
    if not 1 <= len(arrival.subject) <= SUBJECT_LIMIT or "\x00" in arrival.subject:
        raise refusal(ErrorCode.INVALID, f"The provider names a subject of more than {SUBJECT_LIMIT} letters, or none.")
    identity = (
        await ExternalIdentity.objects()
        .where(ExternalIdentity.organisation == arrival.provider.organisation)
        .where((ExternalIdentity.issuer == arrival.provider.issuer) & (ExternalIdentity.subject == arrival.subject))
        .first()
    )
    if identity is None:
        return None
    if identity.kind != arrival.kind:
        raise refusal(
            ErrorCode.FORBIDDEN,
            "The provider gives people and machines the same name. Have machines use a client of their own.",
        )
    if arrival.as_person not in {None, identity.person}:
        raise refusal(
            ErrorCode.ALREADY_EXISTS,
            "The provider's account belongs to another person here already. Sign in without asking to connect it.",
        )
    return identity


def _removed(kind: IdentityKind, slug: str) -> DomainError:
    if kind is IdentityKind.MACHINE:
        told = f"This program was removed from «{slug}», or left it. Have one of its administrators let it in again."
    else:
        told = (
            f"You were removed from «{slug}» by one of its administrators, or left it by another organisation's"
            " sign-in. Ask its administrators to let you in again."
        )
    return refusal(ErrorCode.FORBIDDEN, told)


async def _made(arrival: Arrival) -> ExternalIdentity:
    """A new identity: of whoever asked for it while signed in, else of a new person; never of one with its address."""
    person_id = arrival.as_person
    if person_id is None:
        person = Person(
            id=new_id(),
            name=name_of(arrival.claims, arrival.subject),
            email=email_of(arrival.claims),
        )
        person.audience = [person_key(person.id)]
        await Person.insert(person)
        person_id = person.id
    identity = ExternalIdentity(
        organisation=arrival.provider.organisation,
        issuer=arrival.provider.issuer,
        subject=arrival.subject,
        person=person_id,
        kind=arrival.kind,
    )
    await ExternalIdentity.insert(identity)
    if arrival.as_person:
        # It concerns no organisation: what that one's provider opens could else hide it.
        news = News(NotificationKind.PROVIDER_CONNECTED, "Organisation", identity.organisation, str(identity.id))
        await tell_person(person_id, news)
    await log.record(
        ANYONE,
        "connect_identity",
        "Person",
        person_id,
        organisation=arrival.provider.organisation,
        detail={"kind": arrival.kind} | ({"asked": True} if arrival.as_person else {}),
    )
    return identity


async def _with_role(viewer: Viewer, person: UUID, organisation: UUID, role: Role | None) -> Role | None:
    """Make the membership say what the claims say; the role that it has then."""
    of_it = Membership.organisation == organisation
    present = await Membership.objects().where(of_it & (Membership.person == person)).first()
    held = Role(present.role) if present else None
    if held is role:
        return role
    if held is not None and any(check_admin_remains(held, role, await admins(organisation))):
        return held
    if present is None:
        await Membership.insert(Membership(person=person, organisation=organisation, role=role))
    elif role is None:
        await Membership.delete().where(Membership.id == present.id)
    else:
        await Membership.update({Membership.role: role}).where(Membership.id == present.id)
    await renew_audiences(persons=[person])
    await log.record(
        viewer,
        "follow_claims",
        "Person",
        person,
        organisation=organisation,
        detail={"from": held, "to": role},
    )
    return role
