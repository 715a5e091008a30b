"""Bearer tokens → viewers, remembered until something changes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from services.organisations.keyrings import keyring_changes, keyring_epoch
from services.organisations.people import SignedIn, sign_in
from services.organisations.sign_ins import NOTED_EVERY, ended_token, is_due, note_use
from services.organisations.tokens import TOKEN_PREFIX, secret_hash
from services.recent import Recent
from services.viewer import ANYONE, Viewer

_Key = tuple[bytes, str]
"""The hash of a secret, and the address that it came from."""
LOOKED_AT_SECONDS = 0.5
"""How often it is asked whether anything has changed. What somebody loses, such as a network, they lose with their next
request where this process made the change, and within this time where another one did."""
_REMEMBERED_AT_MOST = 10_000


class InvalidToken(Exception):
    """The header names no valid token; `token` is the one that it names, if it was valid once."""

    def __init__(self, message: str, token: UUID | None = None) -> None:
        super().__init__(message)
        self.token = token


class Tokens:
    """Finds the viewer of an Authorization header, or of another secret that `look_up` knows."""

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[SignedIn | None]] = sign_in,
        note: Callable[[UUID, Viewer, str], Awaitable[None]] = note_use,
        unknown: str = "This token is not valid: it is unknown, has expired or was revoked.",
    ) -> None:
        self._look_up, self._note, self._unknown = look_up, note, unknown
        self._viewers: Recent[_Key, tuple[float, Viewer]] = Recent(_REMEMBERED_AT_MOST)
        self._known: Recent[_Key, None] = Recent(_REMEMBERED_AT_MOST)
        self._noted: Recent[tuple[UUID, str, datetime | None], float] = Recent(_REMEMBERED_AT_MOST)
        self._changes = keyring_changes()
        self._forgotten = 0
        self._epoch = -1
        self._look_again = 0.0
        self._looking = asyncio.Lock()

    def forget(self) -> None:
        """Look everyone up anew: roles, keys or tokens have changed, here or at another server."""
        self._forgotten += 1
        self._viewers.clear()

    async def viewer(self, authorization: str, address: str = "") -> Viewer:
        """Who signs, from an address; nobody in particular without a header. Raises InvalidToken."""
        if not authorization:
            return ANYONE
        scheme, _, rest = authorization.partition(" ")
        secret = rest.strip()
        if scheme.lower() != "bearer" or not secret:
            raise InvalidToken("Sign in with «Authorization: Bearer <token>».")
        return await self.holder(secret, address)

    def knew(self, secret: str, address: str) -> bool:
        """Whether the secret was valid when it was last looked up from an address; it may be so no longer.

        Unlike its viewer this stays known when somebody's roles, keys or tokens change, which they do all the time.
        """
        return (secret_hash(secret), address) in self._known

    def until(self, secret: str, address: str) -> float:
        """Until when, by `time.monotonic`, the holder is what they were found to be, unless something changes.

        No longer than the secret and each of their keys last. Who is not remembered is to be looked up anew soon.
        """
        soon = time.monotonic() + LOOKED_AT_SECONDS
        return self._viewers.get((secret_hash(secret), address), (soon, None))[0]

    def welcome(self, secret: str, address: str) -> None:
        """Know a secret that was given out just now, to whoever asked from an address."""
        self._known[secret_hash(secret), address] = None

    async def holder(self, secret: str, address: str = "") -> Viewer:
        """Whose secret it is, from an address. Raises InvalidToken."""
        if time.monotonic() >= self._look_again:
            await self._look()
        if self._changes != keyring_changes():
            self._changes = keyring_changes()
            self.forget()
        key = secret_hash(secret), address
        until, viewer = self._viewers.get(key, (0.0, None))
        return viewer if viewer and time.monotonic() < until else await self._signed_in(key, secret)

    async def _look(self) -> None:
        """Whether another server has changed something: one asks, the others wait for what it hears."""
        async with self._looking:
            asked = time.monotonic()
            if asked < self._look_again:
                return
            epoch = await keyring_epoch()
            if epoch != self._epoch:
                self.forget()
            self._epoch, self._look_again = epoch, asked + LOOKED_AT_SECONDS

    async def _signed_in(self, key: _Key, secret: str) -> Viewer:
        changes, asked = (keyring_changes(), self._forgotten), time.monotonic()
        try:
            found = await self._look_up(secret)
        except InvalidToken:
            self._known.pop(key, None)
            raise
        if found is None:
            self._viewers.pop(key, None)
            self._known.pop(key, None)
            ended = await ended_token(secret) if secret.startswith(TOKEN_PREFIX) else None
            raise InvalidToken(self._unknown, ended)
        self._known[key] = None
        address = key[1]
        due = is_due(found.last_used_at, found.last_used_from, address, found.joined_at)
        if due and self._is_first(found, address):
            await self._note(found.token, found.viewer, address)
        if changes == (keyring_changes(), self._forgotten):  # else what was read may be from before the change
            remembered = min(NOTED_EVERY, found.lasts)
            self._viewers[key] = asked + remembered.total_seconds(), found.viewer
        return found.viewer

    def _is_first(self, used: SignedIn, address: str) -> bool:
        """Whether this process notes a token's use from an address for the first time in NOTED_EVERY, or since joining.

        A token that is used from two places by turns would else be noted with each turn.
        """
        now, key = time.monotonic(), (used.token, address, used.joined_at)
        if now < self._noted.get(key, 0.0):
            return False
        self._noted[key] = now + NOTED_EVERY.total_seconds()
        return True
