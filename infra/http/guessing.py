"""A limit to guessing: wrong credentials are counted by address, over HTTP and over WebSocket alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from infra.http.asker import address
from infra.http.buckets import Buckets
from infra.http.refusal import Refused
from infra.identity.identity import Identity

_AT_ONCE: Final = 30
_PER_SECOND: Final = 0.5
_TOO_MANY_WRONG: Final = (
    "Too many wrong credentials came from your address, perhaps not by you. Yours were not looked at."
)
"""With the seconds it must fit a WebSocket's close: 123 bytes (RFC 6455 §5.5)."""


@dataclass(slots=True)
class Guessing:
    """Who has tried too often. Whoever was known at an address before is not kept out by a neighbour."""

    identity: Identity
    wrong: Buckets = field(default_factory=lambda: Buckets(_AT_ONCE, _PER_SECOND))

    def check(self, headers: Mapping[bytes, bytes]) -> None:
        """Raise Refused for credentials from an address that too many wrong ones came from.

        They are not looked at: right ones are refused in the same words, so the answer tells nothing of them.
        """
        wait = self.wrong.wait(address.get())
        if wait and self._bears_credentials(headers) and not self.identity.knew(headers):
            raise too_many(_TOO_MANY_WRONG, wait)

    def note_wrong(self, headers: Mapping[bytes, bytes]) -> None:
        """Count credentials that turned out to be wrong; who brought none has not guessed."""
        if self._bears_credentials(headers):
            self.wrong.spend(address.get())

    def _bears_credentials(self, headers: Mapping[bytes, bytes]) -> bool:
        return b"authorization" in headers or self.identity.session_secret(headers) is not None


def too_many(why: str, wait: int) -> Refused:
    """The refusal of an address that may go on in so many seconds."""
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        "TOO_MANY_ATTEMPTS",
        f"{why} Try again in {wait} s.",
        {"Retry-After": str(wait)},
    )
