"""Bearer tokens of trusted issuers → the machines that send them."""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from infra.identity.directory import Directory
from infra.identity.tokens import InvalidToken
from infra.identity.verifying import TokenRefused, machine_claims, unverified_issuer
from services.errors import DomainError
from services.identity.arrivals import Arrival, arrive_machine, machine_of
from services.identity.providers import provider_of_issuer
from services.identity.terms import IdentityKind
from services.organisations.people import SignedIn
from services.organisations.tokens import TOKEN_PREFIX, secret_hash
from services.recent import Recent

_BELIEVED_SECONDS: Final = 300.0
"""How long a signature that was verified is not verified again. Who the machine is, and what it may do, is looked up
as often as for any other token; the rules that give roles, when this is over."""
_REMEMBERED_AT_MOST: Final = 10_000


def is_machine_token(secret: str) -> bool:
    """Whether a bearer token is a JWT, by its look."""
    return secret.count(".") == 2 and not secret.startswith(TOKEN_PREFIX)  # noqa: PLR2004 - header, claims, signature


class Machines:
    """Finds who sends a token of a provider. `audience` is what a token must be meant for: this installation."""

    def __init__(self, directory: Directory, audience: str) -> None:
        self._directory, self._audience = directory, (audience, audience + "/")
        self._verified: Recent[bytes, tuple[float, float, UUID, Mapping[str, Any]]] = Recent(_REMEMBERED_AT_MOST)

    async def look_up(self, token: str) -> SignedIn | None:
        """Who sends it; None where the claims give no role. Raises InvalidToken and ProviderFailed."""
        key = secret_hash(token)
        believed, expires, identity, claims = self._verified.get(key, _NOTHING)
        known = await machine_of(identity, claims) if believed > time.monotonic() and expires > time.time() else None
        if known is not None:
            return known
        # Not verified lately, or not what it was: what is said of it now says why, and may let it in again.
        self._verified.pop(key, None)
        issuer = unverified_issuer(token)
        provider = await provider_of_issuer(issuer) if issuer and "\x00" not in issuer else None
        if provider is None or not provider.allows_machines:
            raise InvalidToken(
                "This token is not valid: no organisation trusts its issuer with machines. One must allow them"
                " (`allowsMachines`), and somebody must have signed in by the issuer once."
            )
        try:
            claims = await machine_claims(self._directory, provider.issuer, token, self._audience)
            arrival = Arrival(provider, IdentityKind.MACHINE, claims["sub"], claims)
            found = await arrive_machine(arrival)
        except TokenRefused as refused:
            raise InvalidToken(f"This token is not valid. {refused}") from None
        except DomainError as refused:
            raise InvalidToken(str(refused)) from None
        if found is not None:
            self._verified[key] = time.monotonic() + _BELIEVED_SECONDS, claims["exp"], found.token, claims
        return found


_NOTHING: Final[tuple[float, float, UUID, Mapping[str, Any]]] = (0.0, 0.0, UUID(int=0), {})
