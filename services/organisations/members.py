"""Verbs on memberships. Each runs in one transaction and appends to the log."""

from dataclasses import dataclass
from uuid import UUID

from services import idempotency, log
from services.access import access, require_role, unknown
from services.errors import ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.organisations.keyrings import keyring_change, renew_audiences
from services.organisations.organisations import organisation_for_change
from services.organisations.rules import check_admin_remains, check_email, check_name
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role, TokenScope
from services.text import clean
from services.viewer import Viewer, person_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody to be added to an organisation, which is named by its slug. `name` and `email` are a new person's."""

    organisation: str
    role: Role
    name: str | None = None
    email: str | None = None


async def add_new_member(viewer: Viewer, new: NewMember, *, idempotency_key: str | None = None) -> UUID:
    """Add somebody whom the network does not know yet; gives the membership's id."""
    viewer.require_scope(TokenScope.WRITE)
    name, email = clean(new.name or ""), clean(new.email or "") or None
    async with keyring_change():
        organisation = await _led(viewer, new.organisation, "add people to it")
        claim = await idempotency.claim(viewer, "add_member", idempotency_key, new)
        if claim.made:
            return claim.id
        refuse_if([*check_name(name, "name"), *check_email(email)])
        if email is not None and await _is_known(organisation, email):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"A member with the address «{email}» is there already.", "email")
        person = Person(id=new_id(), name=name, email=email)
        person.audience = [person_key(person.id)]
        await Person.insert(person)
        await _join(viewer, organisation, person.id, new.role, claim.id)
    return claim.id


async def add_member(
    viewer: Viewer, new: NewMember, person_id: UUID | None, *, idempotency_key: str | None = None
) -> UUID:
    """Add a person whom the viewer can see, such as somebody of another organisation; gives the membership's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await _led(viewer, new.organisation, "add people to it")
        claim = await idempotency.claim(viewer, "add_member", idempotency_key, (new, person_id))
        if claim.made:
            return claim.id
        if new.name is not None or new.email is not None:
            raise refusal(ErrorCode.INVALID, "Give either `person`, or the name of a new one.", "person")
        person = await access(Person, viewer, person_id, "person", "person")
        if await Person.exists().where((Person.id == person.id) & Person.erased_at.is_not_null()):
            raise unknown("person", "person")
        await _join(viewer, organisation, person.id, new.role, claim.id)
    return claim.id


async def change_role(viewer: Viewer, organisation_slug: str, person_id: UUID | None, role: Role) -> UUID:
    """Give a member another role; gives the membership's id. The last ADMIN keeps theirs."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await _led(viewer, organisation_slug, "change roles in it")
        membership = await _membership(organisation, person_id)
        refuse_if(check_admin_remains(Role(membership.role), role, await _admins(organisation), "role"))
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


async def remove_member(viewer: Viewer, organisation_slug: str, person_id: UUID | None) -> UUID:
    """Take somebody's membership away, or lay down one's own; gives the organisation's id.

    The person stays in the network's memory: what they wrote keeps its author.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await organisation_for_change(organisation_slug, "organisation")
        if person_id is None or person_id != viewer.person:
            require_role(viewer, organisation.id, Role.ADMIN, "remove people from it")
        membership = await _membership(organisation, person_id)
        refuse_if(check_admin_remains(Role(membership.role), None, await _admins(organisation), "person"))
        await Membership.delete().where(Membership.id == membership.id)
        await renew_audiences(persons=[membership.person])
        await log.record(viewer, "remove_member", "Person", membership.person, organisation=organisation.id)
    return organisation.id


async def _led(viewer: Viewer, slug: str, to: str) -> Organisation:
    """The organisation, for change, if the viewer is an ADMIN of it."""
    organisation = await organisation_for_change(slug, "organisation")
    require_role(viewer, organisation.id, Role.ADMIN, to)
    return organisation


async def _is_known(organisation: Organisation, email: str) -> bool:
    # Only the organisation's own people are looked at: whether others use the address is not this ADMIN's to learn.
    found = await Person.raw(
        "select from membership join person on person.id = membership.person"
        " where membership.organisation = {} and lower(person.email) = lower({})",
        organisation.id,
        email,
    )
    return bool(found)


async def _join(viewer: Viewer, organisation: Organisation, person: UUID, role: Role, membership: UUID) -> None:
    joined = Membership.insert(
        Membership(id=membership, person=person, organisation=organisation.id, role=role)
    ).on_conflict(target=(Membership.person, Membership.organisation), action="DO NOTHING")
    if not await joined.returning(Membership.id):
        raise refusal(ErrorCode.ALREADY_EXISTS, "This person is a member already. Change their role instead.", "person")
    await renew_audiences(persons=[person])
    await log.record(viewer, "add_member", "Person", person, organisation=organisation.id, detail={"role": role})


async def _membership(organisation: Organisation, person_id: UUID | None) -> Membership:
    query = Membership.objects().where((Membership.organisation == organisation.id) & (Membership.person == person_id))
    found = await query.first() if person_id else None
    if found is None:
        raise unknown("member", "person")
    return found


async def _admins(organisation: Organisation) -> int:
    of_it = Membership.organisation == organisation.id
    admins: int = await Membership.count().where(of_it & (Membership.role == Role.ADMIN))
    return admins
