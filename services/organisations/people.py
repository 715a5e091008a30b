"""Who a request comes from: the holder of a token, with the roles and keys that they hold at this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services import log
from services.errors import refuse_if
from services.ids import new_id
from services.organisations.keyrings import ADMISSIONS, FIRST_END, KEYS, renew_audiences
from services.organisations.rules import LONGEST_LIFE, check_name
from services.organisations.tables import Person, PersonalToken
from services.organisations.terms import Role, TokenScope
from services.organisations.tokens import TOKEN_PREFIX, NewToken, issue_token_for, secret_hash
from services.text import clean
from services.transaction import transaction
from services.viewer import ANYONE, PUBLIC, Viewer

_VIEWER = f"""
    person.id as person, person.name, person.is_steward, {KEYS} || {ADMISSIONS} as keys,
    array(
        select membership.organisation from membership
        where membership.person = person.id order by membership.organisation
    ) as organisations,
    array(
        select membership.role from membership
        where membership.person = person.id order by membership.organisation
    ) as roles
"""  # noqa: S608 - only constants stand in it

_OF_TOKEN = f"""
    select {_VIEWER}, token.id as token, token.scopes, token.last_used_at, token.last_used_from,
        least(token.expires_at, {FIRST_END}) - now() as lasts
    from personal_token token join person on person.id = token.person
    where token.secret_hash = {{}} and token.expires_at > now() and token.revoked_at is null
      and person.erased_at is null
"""  # noqa: S608 - as above

_OF_PERSON = f"select {_VIEWER} from person where person.id = {{}} and person.erased_at is null"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A valid token, who holds it, when and from where it was last noted as used, and for how long this is so.

    It lasts by itself until the token ends, or one of the holder's keys does.
    """

    token: UUID
    viewer: Viewer
    last_used_at: datetime | None
    last_used_from: str | None
    lasts: timedelta


async def sign_in(secret: str) -> SignedIn | None:
    """Whose valid token this is, with the keys they hold now, in one statement; None for any other text."""
    found = await PersonalToken.raw(_OF_TOKEN, secret_hash(secret)) if secret.startswith(TOKEN_PREFIX) else []
    if not found:
        return None
    (row,) = found
    used = row["last_used_at"], row["last_used_from"]
    return SignedIn(row["token"], _viewer(row, row["scopes"]), *used, row["lasts"])


async def viewer_of_token(secret: str) -> Viewer | None:
    """As `sign_in`, without the token."""
    signed_in = await sign_in(secret)
    return signed_in.viewer if signed_in else None


async def viewer_of(person: UUID, scopes: Iterable[str]) -> Viewer | None:
    """A person as a viewer, with the keys they hold now; None for one who was erased."""
    found = await Person.raw(_OF_PERSON, person)
    return _viewer(found[0], scopes) if found else None


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
        keyring=(PUBLIC, *row["keys"]),
        scopes=frozenset(TokenScope(scope) for scope in scopes),
        is_steward=row["is_steward"],
    )
