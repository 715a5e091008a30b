"""Verbs on personal tokens. Each runs in one transaction and appends to the log.

A token's secret leaves the service once, when it is made; what is kept is its hash.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services import idempotency, log
from services.access import unknown
from services.errors import ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_people
from services.organisations.rules import LONGEST_LIFE, LONGEST_LIFE_WITHIN, TOKENS_AT_MOST, check_token
from services.organisations.tables import Person, PersonalToken
from services.organisations.terms import TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import ANYONE, Viewer

TOKEN_PREFIX = "serra_"  # noqa: S105 - what every token begins with, so that scanners of leaked secrets find it
_SECRET_BYTES = 32
_EVERY_SCOPE = tuple(TokenScope)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to be made."""

    label: str
    scopes: tuple[TokenScope, ...]
    expires_in_days: int


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and its secret; no secret when an earlier request with the same key was given it."""

    id: UUID
    secret: str | None


def secret_hash(secret: str) -> bytes:
    """What is kept of a token: the SHA-256 of 256 random bits needs no salt."""
    return hashlib.sha256(secret.encode()).digest()


async def issue_token(viewer: Viewer, new: NewToken, *, idempotency_key: str | None = None) -> IssuedToken:
    """Make a token for oneself."""
    person = viewer.require_scope(TokenScope.WRITE)
    if viewer.is_machine:  # what it made would outlast what its provider says of it
        raise refusal(ErrorCode.FORBIDDEN, "A program makes no tokens: its provider gives it new ones.")
    async with transaction():
        claim = await idempotency.claim(viewer, "issue_token", idempotency_key, new)
        if claim.made:
            return IssuedToken(claim.id, None)
        longest = LONGEST_LIFE_WITHIN if viewer.within else LONGEST_LIFE
        refuse_if(check_token(clean(new.label), new.scopes, new.expires_in_days, viewer.scopes, longest))
        secret = await _issue(viewer, person, claim.id, new)
    return IssuedToken(claim.id, secret)


async def revoke_token(viewer: Viewer, token_id: UUID | None) -> UUID:
    """End one of one's own tokens, at once and for good. Harmless when repeated."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        own = (PersonalToken.id == token_id) & (PersonalToken.person == person)
        if viewer.within:  # a sign-in for one organisation ends nothing that was made elsewhere
            own &= PersonalToken.organisation == viewer.within
        if token_id is None or not await PersonalToken.exists().where(own):
            raise unknown("token", "id")
        revoked = PersonalToken.update({PersonalToken.revoked_at: datetime.now(UTC)})
        if await revoked.where(own & PersonalToken.revoked_at.is_null()).returning(PersonalToken.id):
            await log.record(viewer, "revoke_token", "PersonalToken", token_id)
    return token_id


async def issue_token_for(person_id: UUID, new: NewToken) -> str:
    """Make a token for somebody else and give its secret: for whoever runs the instance, at its command line."""
    async with transaction():
        if not await Person.exists().where((Person.id == person_id) & Person.erased_at.is_null()):
            raise unknown("person", "person")
        refuse_if(check_token(clean(new.label), new.scopes, new.expires_in_days, _EVERY_SCOPE))
        return await _issue(ANYONE, person_id, new_id(), new)


async def issue_first_token(newcomer: Viewer, new: NewToken) -> str:
    """Make the first token of somebody who has just come in and give its secret, inside the caller's transaction."""
    return await _issue(newcomer, newcomer.require_person(), new_id(), new)


async def _issue(viewer: Viewer, person: UUID, token_id: UUID, new: NewToken) -> str:
    now = datetime.now(UTC)
    # Locked, so that two requests at once cannot both take the last place.
    await lock_people(persons=[person])
    valid = await PersonalToken.count().where(
        (PersonalToken.person == person) & PersonalToken.revoked_at.is_null() & (PersonalToken.expires_at > now)
    )
    if valid >= TOKENS_AT_MOST:
        raise refusal(
            ErrorCode.WRONG_STATE, f"There are {TOKENS_AT_MOST} valid tokens already. Revoke one that nobody uses."
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    await PersonalToken.insert(
        PersonalToken(
            id=token_id,
            person=person,
            label=clean(new.label),
            secret_hash=secret_hash(secret),
            scopes=sorted({scope.value for scope in new.scopes}),
            organisation=viewer.within,
            expires_at=now + timedelta(days=new.expires_in_days),
        )
    )
    await log.record(viewer, "issue_token", "PersonalToken", token_id)
    return secret
