"""Bearer tokens → viewers, remembered until something changes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.organisations.keyrings import keyring_changes, keyring_epoch
from services.organisations.people import SignedIn, note_use, sign_in
from services.organisations.tokens import secret_hash
from services.viewer import ANYONE, Viewer

LOOKED_AT_SECONDS = 0.5
"""How often it is asked whether anything has changed. What somebody loses, such as a network, they lose with their next
request where this process made the change, and within this time where another one did."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly a token's last use is known: a write for each request would cost more than the request. So long is a
viewer remembered at most."""
_REMEMBERED_AT_MOST = 10_000


class InvalidToken(Exception):
    """The header names no valid token."""


class Tokens:
    """Finds the viewer of an Authorization header, or of another secret that `look_up` knows."""

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[SignedIn | None]] = sign_in,
        note: Callable[[UUID], Awaitable[None]] = note_use,
        unknown: str = "This token is not valid: it is unknown, has expired or was revoked.",
    ) -> None:
        self._look_up, self._note, self._unknown = look_up, note, unknown
        self._viewers: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()
        self._changes = keyring_changes()
        self._forgotten = 0
        self._epoch = -1
        self._look_again = 0.0
        self._looking = asyncio.Lock()

    def forget(self) -> None:
        """Look everyone up anew: roles, keys or tokens have changed, here or at another server."""
        self._forgotten += 1
        self._viewers.clear()

    async def viewer(self, authorization: str) -> Viewer:
        """Who signs; nobody in particular without a header. Raises InvalidToken."""
        if not authorization:
            return ANYONE
        scheme, _, rest = authorization.partition(" ")
        secret = rest.strip()
        if scheme.lower() != "bearer" or not secret:
            raise InvalidToken("Sign in with «Authorization: Bearer <token>».")
        return await self.holder(secret)

    def knew(self, secret: str) -> bool:
        """Whether the secret was found valid a while ago; it may be so no longer."""
        return secret_hash(secret) in self._viewers

    async def holder(self, secret: str) -> Viewer:
        """Whose secret it is. Raises InvalidToken."""
        if time.monotonic() >= self._look_again:
            await self._look()
        if self._changes != keyring_changes():
            self._changes = keyring_changes()
            self.forget()
        key = secret_hash(secret)
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

    async def _signed_in(self, key: bytes, secret: str) -> Viewer:
        changes = keyring_changes(), self._forgotten
        found = await self._look_up(secret)
        if found is None:
            self._viewers.pop(key, None)
            raise InvalidToken(self._unknown)
        now = datetime.now(UTC)
        if found.last_used_at is None or found.last_used_at < now - NOTED_EVERY:
            await self._note(found.token)
        if changes == (keyring_changes(), self._forgotten):  # else what was read may be from before the change
            remembered = min(NOTED_EVERY, found.expires_at - now)
            self._viewers[key] = (time.monotonic() + remembered.total_seconds(), found.viewer)
            self._viewers.move_to_end(key)
            if len(self._viewers) > _REMEMBERED_AT_MOST:
                self._viewers.popitem(last=False)
        return found.viewer
