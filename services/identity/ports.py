"""What this noun needs from outside: addresses that may be asked, and a safe for client secrets."""

from typing import Protocol
from uuid import UUID


class Issuers(Protocol):
    """What is known of issuers without asking them."""

    def refusal(self, issuer: str) -> str | None:
        """Why an issuer's address cannot be used here, in a sentence; None where it can."""

    def seal(self, client_secret: str, organisation: UUID) -> str:
        """A client secret, encrypted for one organisation."""


class NoIssuers:
    """Where nobody signs in by a provider, such as in the worker."""

    def refusal(self, issuer: str) -> str | None:
        """Every address is refused."""
        return f"«{issuer}» cannot be used: this process signs nobody in."

    def seal(self, client_secret: str, organisation: UUID) -> str:
        """Nothing comes so far: what is sealed belongs to an issuer that was not refused."""
        raise RuntimeError(f"A secret of {len(client_secret)} characters for {organisation} has no issuer here.")
