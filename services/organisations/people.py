"""Who a request comes from."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from services import log
from services.access import access, require_role, unknown
from services.errors import ErrorCode, refusal
from services.ids import new_id
from services.organisations.tables import Membership, NetworkMember, Person, PersonalToken
from services.organisations.terms import Role, TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import PUBLIC, Viewer, network_key, organisation_key, person_key

_SECRET_BYTES = 32
TOKEN_PREFIX = "serra_"  # noqa: S105 - what every token begins with, so that scanners of leaked secrets find it


def secret_hash(secret: str) -> bytes:
    """What is kept of a token: the SHA-256 of 256 random bits needs no salt."""
    return hashlib.sha256(secret.encode()).digest()


async def viewer_of_token(secret: str) -> Viewer | None:
    """The person whose valid token this is, with their keyring as it stands now; None for any other text."""
    now = datetime.now(UTC)
    token = (
        await PersonalToken.select(PersonalToken.person, PersonalToken.scopes)
        .where(PersonalToken.secret_hash == secret_hash(secret))
        .where(PersonalToken.expires_at > now)
        .where(PersonalToken.revoked_at.is_null())
        .first()
    )
    return await viewer_of(token["person"], token["scopes"]) if token else None


async def viewer_of(person_id: UUID, scopes: Iterable[str]) -> Viewer | None:
    """A person as a viewer; None for one who was erased."""
    person = await Person.objects().where(Person.id == person_id).where(Person.erased_at.is_null()).first()
    if person is None:
        return None
    memberships = await Membership.select(Membership.organisation, Membership.role).where(
        Membership.person == person_id
    )
    roles = {row["organisation"]: Role(row["role"]) for row in memberships}
    networks = (
        await NetworkMember.select(NetworkMember.network).where(NetworkMember.organisation.is_in(list(roles)))
        if roles
        else []
    )
    return Viewer(
        person=person_id,
        name=person.name,
        roles=MappingProxyType(roles),
        keyring=(
            PUBLIC,
            person_key(person_id),
            *(organisation_key(organisation) for organisation in roles),
            *sorted({network_key(row["network"]) for row in networks}),
        ),
        scopes=frozenset(TokenScope(scope) for scope in scopes),
        is_steward=person.is_steward,
    )
