"""Bearer tokens → viewers, remembered for a moment."""

import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from services.organisations.keyrings import keyring_changes
from services.organisations.people import note_use, sign_in
from services.organisations.tokens import secret_hash
from services.viewer import ANYONE, Viewer

REMEMBERED_SECONDS = 0.5
"""How long a viewer is believed. What somebody loses, such as a network, they lose with their next request where this
process made the change, and within this time where another one did."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly a token's last use is known: a write for each request would cost more than the request."""
_REMEMBERED_AT_MOST = 10_000


class InvalidToken(Exception):
    """The header names no valid token."""


class Tokens:
    """Finds the viewer of an Authorization header."""

    def __init__(self) -> None:
        self._viewers: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()
        self._changes = keyring_changes()
        self._forgotten = 0

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
        key = secret_hash(secret)
        return self._remembered(key) or await self._signed_in(key, secret)

    def _remembered(self, key: bytes) -> Viewer | None:
        if self._changes != keyring_changes():
            self._changes = keyring_changes()
            self._viewers.clear()
        until, viewer = self._viewers.get(key, (0.0, None))
        return viewer if until > time.monotonic() else None

    async def _signed_in(self, key: bytes, secret: str) -> Viewer:
        changes = keyring_changes(), self._forgotten
        found = await sign_in(secret)
        if found is None:
            self._viewers.pop(key, None)
            raise InvalidToken("This token is not valid: it is unknown, has expired or was revoked.")
        now = datetime.now(UTC)
        if found.last_used_at is None or found.last_used_at < now - NOTED_EVERY:
            await note_use(found.token)
        if changes == (keyring_changes(), self._forgotten):  # else what was read may be from before the change
            self._viewers[key] = (time.monotonic() + REMEMBERED_SECONDS, found.viewer)
            self._viewers.move_to_end(key)
            if len(self._viewers) > _REMEMBERED_AT_MOST:
                self._viewers.popitem(last=False)
        return found.viewer
