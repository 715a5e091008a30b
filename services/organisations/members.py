"""Verbs on memberships. Each runs in one transaction and appends to the log."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from services import idempotency, log
from services.access import role_refusal, unknown
from services.errors import ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.organisations.keyrings import keyring_change, renew_audiences
from services.organisations.locks import lock_people
from services.organisations.organisations import organisation_for_change
from services.organisations.rules import check_admin_remains, check_email, check_name
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role, TokenScope
from services.text import clean
from services.viewer import Viewer, person_key

LEFT_LATELY: Final = timedelta(days=30)
"""For how long a provider that left an organisation in somebody's name may not act for all of them as well."""
_LEFT_ELSEWHERE: Final = """
    select from log where subject_type = 'Person' and subject_id = {} and person = subject_id and at > {}
        and action in ('leave_organisation', 'remove_member') and (detail ->> 'elsewhere')::boolean limit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A new person to be added to an organisation, which is named by its slug."""

    organisation: str
    role: Role
    name: str
    email: str | None = None


async def add_member(viewer: Viewer, new: NewMember, *, idempotency_key: str | None = None) -> UUID:
    """Add somebody whom nobody knows here yet; gives the membership's id. Who is here already is invited."""
    viewer.require_scope(TokenScope.WRITE)
    name, email = clean(new.name), clean(new.email or "") or None
    async with keyring_change():
        organisation = await led(viewer, new.organisation, "add people to it")
        claim = await idempotency.claim(viewer, "add_member", idempotency_key, new)
        if claim.made:
            return claim.id
        refuse_if([*check_name(name, "name"), *check_email(email)])
        await check_not_known(organisation, email, "email")
        person = await make_person(name, email)
        await join(organisation, person, new.role, claim.id)
        await log.record(
            viewer, "add_member", "Person", person, organisation=organisation.id, detail={"role": new.role}
        )
    return claim.id


async def change_role(viewer: Viewer, organisation_slug: str, person_id: UUID | None, role: Role) -> UUID:
    """Give a member another role; gives the membership's id. The last ADMIN keeps theirs."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await led(viewer, organisation_slug, "change roles in it")
        membership = await _membership(organisation, person_id, "person")
        refuse_if(check_admin_remains(Role(membership.role), role, await admins(organisation.id), "role"))
        await Membership.update({Membership.role: role}).where(Membership.id == membership.id)
        await log.record(
            viewer,
            "change_role",
            "Person",
            membership.person,
            organisation=organisation.id,
            detail={"from": membership.role, "to": role},
        )
    return membership.id


async def hand_over_administration(viewer: Viewer, organisation_slug: str, to: UUID | None) -> UUID:
    """Make another member an ADMIN and oneself an EDITOR, in one step; gives the other's membership's id.

    This is how the last ADMIN lays the role down: there is no moment without one.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await led(viewer, organisation_slug, "hand its administration over")
        if to == viewer.person:
            raise refusal(ErrorCode.INVALID, "Name somebody else: you have the role already.", "to")
        heir = await _membership(organisation, to, "to")
        if await Person.exists().where((Person.id == heir.person) & Person.erased_at.is_not_null()):
            raise unknown("member", "to")
        await Membership.update({Membership.role: Role.ADMIN}).where(Membership.id == heir.id)
        own = (Membership.organisation == organisation.id) & (Membership.person == viewer.person)
        await Membership.update({Membership.role: Role.EDITOR}).where(own)
        await log.record(viewer, "hand_over_administration", "Person", heir.person, organisation=organisation.id)
    return heir.id


async def leave_organisation(viewer: Viewer, organisation_slug: str) -> UUID:
    """Lay down one's own membership; gives the organisation's id. The last ADMIN hands over first.

    By any sign-in, also one that speaks for another organisation alone: nobody is held where they do not want to be.
    """
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await organisation_for_change(organisation_slug, "organisation")
        membership = await _member(organisation, person)
        if membership is None:
            raise refusal(ErrorCode.NOT_FOUND, f"You are no member of «{organisation.slug}».", "organisation")
        await _end(viewer, organisation, membership, "leave_organisation", "organisation")
    return organisation.id


async def remove_member(viewer: Viewer, organisation_slug: str, person_id: UUID | None) -> UUID:
    """Take somebody's membership away, or lay down one's own; gives the organisation's id.

    The person stays in the network's memory: what they wrote keeps its author.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await organisation_for_change(organisation_slug, "organisation")
        if person_id is None or person_id != viewer.person:
            await require_admin(viewer, organisation.id, "remove people from it")
        membership = await _membership(organisation, person_id, "person")
        await _end(viewer, organisation, membership, "remove_member", "person")
    return organisation.id


# -- steps, of the verbs on invitations too --------------------------------------------------------------------------


async def led(viewer: Viewer, slug: str, to: str) -> Organisation:
    """The organisation, for change, if the viewer is an ADMIN of it."""
    organisation = await organisation_for_change(slug, "organisation")
    await require_admin(viewer, organisation.id, to)
    return organisation


async def require_admin(viewer: Viewer, organisation: UUID, to: str) -> None:
    """Raise DomainError FORBIDDEN unless the viewer is an ADMIN of the organisation now, and not only was when asking.

    The caller holds the organisation's row, so that this stays true; `to` completes the sentence.
    """
    if not await runs(viewer, organisation):
        raise await role_refusal(Role.ADMIN, to, organisation)


async def runs(viewer: Viewer, organisation: UUID) -> bool:
    """Whether the viewer is an ADMIN of the organisation now."""
    if not viewer.has_role(organisation, Role.ADMIN):
        return False
    own = (Membership.organisation == organisation) & (Membership.person == viewer.person)
    return await Membership.exists().where(own & (Membership.role == Role.ADMIN))


async def led_by(viewer: Viewer) -> frozenset[UUID]:
    """The organisations of which the viewer is an ADMIN now, of those that their sign-in speaks for."""
    rows = await Membership.select(Membership.organisation).where(
        (Membership.person == viewer.person) & (Membership.role == Role.ADMIN)
    )
    return frozenset(row["organisation"] for row in rows if viewer.within in {None, row["organisation"]})


async def check_not_known(organisation: Organisation, email: str | None, *field: str) -> None:
    """Raise DomainError ALREADY_EXISTS when a member has the address.

    Only the organisation's own people are looked at: whether others use the address is not this ADMIN's to learn.
    """
    if email is None:
        return
    found = await Person.raw(
        "select from membership join person on person.id = membership.person"
        " where membership.organisation = {} and lower(person.email) = lower({})",
        organisation.id,
        email,
    )
    if found:
        raise refusal(ErrorCode.ALREADY_EXISTS, f"A member with the address «{email}» is there already.", *field)


async def make_person(name: str, email: str | None) -> UUID:
    """A person who belongs to nothing yet; `join` follows."""
    person = Person(id=new_id(), name=name, email=email)
    person.audience = [person_key(person.id)]
    await Person.insert(person)
    return person.id


async def join(organisation: Organisation, person: UUID, role: Role, membership: UUID) -> None:
    """Make a person a member under that id. The caller holds the organisation's row and writes the log.

    Raises DomainError, also for whoever was erased while they were coming in.
    """
    await lock_people(persons=[person])
    if await Person.exists().where((Person.id == person) & Person.erased_at.is_not_null()):
        raise refusal(ErrorCode.FORBIDDEN, "This person was erased from the network at their own wish.")
    joined = Membership.insert(
        Membership(id=membership, person=person, organisation=organisation.id, role=role)
    ).on_conflict(target=(Membership.person, Membership.organisation), action="DO NOTHING")
    if not await joined.returning(Membership.id):
        raise refusal(ErrorCode.ALREADY_EXISTS, "This person is a member already. Change their role instead.", "person")
    await renew_audiences(persons=[person])


async def speaks_for_all(viewer: Viewer) -> bool:
    """Whether a viewer's sign-in is for all that they are.

    One for an organisation is not, where they are in others, or where such a one took them out of another lately.
    """
    return not (await belongs_elsewhere(viewer) or await _has_left_elsewhere(viewer))


async def check_speaks_for_all(viewer: Viewer) -> None:
    """Raise DomainError FORBIDDEN unless the viewer speaks for all that they are."""
    if await belongs_elsewhere(viewer):
        raise refusal(
            ErrorCode.FORBIDDEN,
            "You are signed in for one organisation, and belong to others as well. Use a personal token that was made"
            " outside of this sign-in, or ask whoever runs this instance.",
        )
    await check_has_left_nowhere(viewer)


async def belongs_elsewhere(viewer: Viewer) -> bool:
    """Whether the viewer signed in for one organisation, and is a member of others as well."""
    if viewer.within is None:
        return False
    elsewhere = (Membership.person == viewer.require_person()) & (Membership.organisation != viewer.within)
    return await Membership.exists().where(elsewhere)


async def check_has_left_nowhere(viewer: Viewer) -> None:
    """Raise DomainError FORBIDDEN where a provider could have had somebody leave, and then act for all of them."""
    if await _has_left_elsewhere(viewer):
        raise refusal(
            ErrorCode.FORBIDDEN,
            f"You left another organisation by a sign-in for one alone, less than {LEFT_LATELY.days} days ago. Wait"
            " that long, or ask whoever runs this instance: so no provider does both in your name.",
        )


async def admins(organisation: UUID) -> int:
    """How many ADMINs there are who can act: who was erased cannot."""
    of_it = (Membership.organisation == organisation) & Membership.person.erased_at.is_null()
    count: int = await Membership.count().where(of_it & (Membership.role == Role.ADMIN))
    return count


async def _has_left_elsewhere(viewer: Viewer) -> bool:
    """Whether the viewer signed in for one organisation, and such a sign-in has left another in their name lately."""
    if viewer.within is None:
        return False
    since = datetime.now(UTC) - LEFT_LATELY
    return bool(await Membership.raw(_LEFT_ELSEWHERE, viewer.person, since))


async def _end(viewer: Viewer, organisation: Organisation, membership: Membership, action: str, field: str) -> None:
    refuse_if(check_admin_remains(Role(membership.role), None, await admins(organisation.id), field))
    await Membership.delete().where(Membership.id == membership.id)
    await renew_audiences(persons=[membership.person])
    detail = {} if viewer.within in {None, organisation.id} else {"elsewhere": True}
    await log.record(viewer, action, "Person", membership.person, organisation=organisation.id, detail=detail)


async def _membership(organisation: Organisation, person_id: UUID | None, field: str) -> Membership:
    found = await _member(organisation, person_id) if person_id else None
    if found is None:
        raise unknown("member", field)
    return found


async def _member(organisation: Organisation, person: UUID) -> Membership | None:
    of_it = Membership.organisation == organisation.id
    return await Membership.objects().where(of_it & (Membership.person == person)).first()
