"""Bearer tokens → viewers, remembered until something changes."""

import asyncio
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from services.organisations.keyrings import keyring_changes, keyring_epoch
from services.organisations.people import note_use, sign_in
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
    """Finds the viewer of an Authorization header."""

    def __init__(self) -> None:
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
        changes, asked = (keyring_changes(), self._forgotten), time.monotonic()
        found = await sign_in(secret)
        if found is None:
            self._viewers.pop(key, None)
            raise InvalidToken("This token is not valid: it is unknown, has expired or was revoked.")
        now = datetime.now(UTC)
        if found.last_used_at is None or found.last_used_at < now - NOTED_EVERY:
            await note_use(found.token)
        if changes == (keyring_changes(), self._forgotten):  # else what was read may be from before the change
            remembered = min(NOTED_EVERY, found.lasts)
            self._viewers[key] = (asked + remembered.total_seconds(), found.viewer)
            self._viewers.move_to_end(key)
            if len(self._viewers) > _REMEMBERED_AT_MOST:
                self._viewers.popitem(last=False)
        return found.viewer
