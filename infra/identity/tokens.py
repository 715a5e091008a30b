"""Bearer tokens → viewers, remembered for a moment."""

import time
from collections import OrderedDict

from services.organisations.people import secret_hash, viewer_of_token
from services.viewer import ANYONE, Viewer

REMEMBERED_SECONDS = 0.5
"""How long a viewer is believed: what they lose, such as a network, they lose within this time."""
_REMEMBERED_AT_MOST = 10_000


class InvalidToken(Exception):
    """The header names no valid token."""


class Tokens:
    """Finds the viewer of an Authorization header."""

    def __init__(self) -> None:
        self._viewers: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()

    async def viewer(self, authorization: str) -> Viewer:
        """Who signs; nobody in particular without a header. Raises InvalidToken."""
        if not authorization:
            return ANYONE
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise InvalidToken("Sign in with «Authorization: Bearer <token>».")
        key = secret_hash(secret.strip())
        now = time.monotonic()
        known = self._viewers.get(key)
        if known and known[0] > now:
            return known[1]
        viewer = await viewer_of_token(secret.strip())
        if viewer is None:
            self._viewers.pop(key, None)
            raise InvalidToken("This token is not valid: it is unknown, has expired or was revoked.")
        self._viewers[key] = (now + REMEMBERED_SECONDS, viewer)
        self._viewers.move_to_end(key)
        if len(self._viewers) > _REMEMBERED_AT_MOST:
            self._viewers.popitem(last=False)
        return viewer
