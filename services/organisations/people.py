"""Who a request comes from: the holder of a token, with the roles and keys that they hold at this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services import log
from services.errors import refuse_if
from services.ids import new_id
from services.organisations.keyrings import ADMISSIONS, FIRST_END, KEYS, LENDS, REVIEWS, renew_audiences
from services.organisations.rules import LONGEST_LIFE, check_name
from services.organisations.tables import NetworkMember, Person, PersonalToken
from services.organisations.terms import Role, TokenScope
from services.organisations.tokens import TOKEN_PREFIX, NewToken, issue_token_for, secret_hash
from services.text import clean
from services.transaction import transaction
from services.viewer import (
    ANYONE,
    PUBLIC,
    Viewer,
    admissions,
    lent,
    network_key,
    organisation_key,
    person_key,
    steward_key,
)

_VIEWER = f"""
    person.id as person, person.name, person.is_steward, {KEYS} || {ADMISSIONS} || {REVIEWS} as keys,
    array(
        select membership.organisation from membership
        where membership.person = person.id order by membership.organisation
    ) as organisations,
    array(
        select membership.role from membership
        where membership.person = person.id order by membership.organisation
    ) as roles,
    (select max(membership.since) from membership where membership.person = person.id) as joined_at
"""  # noqa: S608 - only constants stand in it

_OF_TOKEN = f"""
    select {_VIEWER}, token.id as token, token.scopes, token.last_used_at, token.last_used_from, token.organisation,
        least(token.expires_at, {FIRST_END}) - now() as lasts
    from personal_token token join person on person.id = token.person
    where token.secret_hash = {{}} and token.expires_at > now() and token.revoked_at is null
      and person.erased_at is null
"""  # noqa: S608 - as above

_LET_IN_WITHIN = f"""
    with asked as (select {{}}::uuid as person, {{}}::uuid as within, {{}}::uuid as member_of)
    select 'admitted:' || admission."case" as key
    from asked, admission join "case" on "case".id = admission."case"
    where admission.until > now() and (
        admission.organisation = asked.member_of or admission.person = asked.person and "case".owner = asked.within
    )
    union all
    select 'review:' || review.id from asked, review
    where review.reviewer = asked.person and {LENDS}
        and (review.organisation = asked.member_of or review.requested_by = asked.within)
"""  # noqa: S608 - as above
"""As in services.organisations.keyrings, for one organisation alone: what it was let into, and the person by it.

Who let a person in trusts them, and not whoever says for another organisation that this is them. Who asked for a review
trusts the organisation that they review for as well.
"""

_OF_PERSON = f"select {_VIEWER} from person where person.id = {{}} and person.erased_at is null"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A valid token, session or machine, who it is, when it was last noted as used, and for how long this is so.

    It lasts by itself until the token ends, or one of the holder's keys does. From where it was last used, and
    when its holder last joined an organisation, is known of personal tokens alone.
    """

    token: UUID
    viewer: Viewer
    last_used_at: datetime | None
    lasts: timedelta
    last_used_from: str | None = None
    joined_at: datetime | None = None


async def sign_in(secret: str) -> SignedIn | None:
    """Whose valid token this is, with the keys they hold now, in one statement; None for any other text."""
    found = await PersonalToken.raw(_OF_TOKEN, secret_hash(secret)) if secret.startswith(TOKEN_PREFIX) else []
    if not found:
        return None
    (row,) = found
    viewer = await narrowed(_viewer(row, row["scopes"]), row["organisation"])
    used = row["last_used_at"], row["lasts"], row["last_used_from"]
    return SignedIn(row["token"], viewer, *used, row["joined_at"])


async def viewer_of(person: UUID, scopes: Iterable[str], within: UUID | None = None) -> Viewer | None:
    """A person as a viewer, with the keys they hold now, of one organisation alone where `within` names it.

    None for one who was erased.
    """
    found = await Person.raw(_OF_PERSON, person)
    return await narrowed(_viewer(found[0], scopes), within) if found else None


async def viewer_again(viewer: Viewer) -> Viewer:
    """The same viewer, signed in as they were, with what they hold now."""
    found = await viewer_of(viewer.person, viewer.scopes, viewer.within) if viewer.person else None
    if found is None:
        return ANYONE
    return replace(viewer, roles=found.roles, keyring=found.keyring, is_steward=found.is_steward)


async def narrowed(viewer: Viewer, organisation: UUID | None) -> Viewer:
    """The viewer with what they hold in one organisation and by it, and their own key; without one, as they are."""
    if organisation is None:
        return viewer
    role = viewer.roles.get(organisation)
    kept = {PUBLIC, person_key(viewer.person)} if viewer.person else {PUBLIC}
    if role is not None:
        networks = await NetworkMember.select(NetworkMember.network).where(NetworkMember.organisation == organisation)
        kept |= {organisation_key(organisation), *(network_key(one["network"]) for one in networks)}
    if admissions(viewer.keyring) or lent(viewer.keyring):
        let_in = await Person.raw(_LET_IN_WITHIN, viewer.person, organisation, organisation if role else None)
        kept |= {one["key"] for one in let_in}
    return replace(
        viewer,
        roles=MappingProxyType({organisation: role} if role else {}),
        keyring=tuple(key for key in viewer.keyring if key in kept),
        is_steward=False,
        within=organisation,
    )


async def add_steward(name: str) -> str:
    """Create a person who runs the instance, and give the secret of their first token: for the command line."""
    called = clean(name)
    refuse_if(check_name(called, "name"))
    async with transaction():
        steward = Person(id=new_id(), name=called, is_steward=True)
        await Person.insert(steward)
        await renew_audiences(persons=[steward.id])
        await log.record(ANYONE, "add_steward", "Person", steward.id)
        first = NewToken(label="first token", scopes=tuple(TokenScope), expires_in_days=LONGEST_LIFE)
        return await issue_token_for(steward.id, first)


def _viewer(row: Mapping[str, Any], scopes: Iterable[str]) -> Viewer:
    roles = zip(row["organisations"], row["roles"], strict=True)
    return Viewer(
        person=row["person"],
        name=row["name"],
        roles=MappingProxyType({organisation: Role(role) for organisation, role in roles}),
        keyring=(PUBLIC, *row["keys"], *([steward_key(row["person"])] if row["is_steward"] else [])),
        scopes=frozenset(TokenScope(scope) for scope in scopes),
        is_steward=row["is_steward"],
    )
