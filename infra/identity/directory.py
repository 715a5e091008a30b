"""What providers publish of themselves, remembered: their addresses and their keys."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from infra.identity.asking import ProviderFailed, Questions

T = TypeVar("T")
PublicKey = RSAKey | ECKey | OKPKey

_FRESH_SECONDS: Final = 3_600.0
_STALE_SECONDS: Final = 24 * 3_600.0
"""So long the keys of a provider that is down are believed: what they signed was valid then, and has its own end."""
_KEYS_AT_MOST: Final = 50
_SHORTEST_RSA: Final = 2_048
_LONGEST_RSA: Final = 8_192
_LARGEST_EXPONENT: Final = 2**32 - 1
"""Past these one signature takes many milliseconds to verify, and everybody else waits for it."""
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
"""Nobody publishes these but by mistake, and to import them takes whole tenths of a second."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """A discovery document (OpenID Connect Discovery 1.0 §3), checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    takes_basic: bool
    takes_post: bool
    names_issuer: bool


@dataclass(slots=True)
class _Kept(Generic[T]):
    """Something that is asked for anew now and then, by one at a time, and no sooner after a failure than allowed."""

    value: T | None = None
    since: float = -_STALE_SECONDS
    tried: float = -_STALE_SECONDS
    failure: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, ask: Callable[[], Awaitable[T]], newer_than: float, pause: float) -> T:
        """The value, asked for after `newer_than`; an older one where it was tried within `pause`, or in vain."""
        if self.value is not None and self.since > newer_than:
            return self.value
        async with self.turn:
            now = time.monotonic()
            if (self.value is None or self.since <= newer_than) and now - self.tried >= pause:
                self.tried = now
                try:
                    self.value, self.since, self.failure = await ask(), time.monotonic(), ""
                except ProviderFailed as failed:
                    self.failure = str(failed)
                    self.tried = time.monotonic()
            if self.value is None or time.monotonic() - self.since > _STALE_SECONDS:
                raise ProviderFailed(self.failure or "The provider could not be asked.")
            return self.value


@dataclass(slots=True)
class Directory:
    """The providers that were asked. `pause` is the least time in seconds between two questions for the same thing."""

    questions: Questions
    pause: float = 10.0
    _metadata: dict[str, _Kept[Metadata]] = field(default_factory=dict)
    _keys: dict[str, _Kept[tuple[PublicKey, ...]]] = field(default_factory=dict)

    async def metadata(self, issuer: str) -> Metadata:
        """Where an issuer is asked for what. Raises ProviderFailed."""
        kept = self._metadata.setdefault(issuer, _Kept())
        return await kept.get(lambda: self._discover(issuer), time.monotonic() - _FRESH_SECONDS, self.pause)

    async def keys(self, issuer: str) -> Sequence[PublicKey]:
        """The keys that an issuer signs with. Raises ProviderFailed."""
        kept = self._keys.setdefault(issuer, _Kept())
        return await kept.get(lambda: self._read_keys(issuer), time.monotonic() - _FRESH_SECONDS, self.pause)

    async def newer_keys(self, issuer: str) -> Sequence[PublicKey]:
        """As `keys`, asked for now: some token names a key that is not among them. At most once in each pause."""
        kept = self._keys.setdefault(issuer, _Kept())
        return await kept.get(lambda: self._read_keys(issuer), time.monotonic(), self.pause)

    async def _discover(self, issuer: str) -> Metadata:
        found = await self.questions.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if (named := found.get("issuer")) != issuer:
            slash = isinstance(named, str) and named.rstrip("/") == issuer.rstrip("/")
            how = ": one of the two ends with a slash, the other does not" if slash else ""
            raise ProviderFailed(f"Its discovery document names another issuer than the one that is set{how}.")
        needed = {name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        userinfo = found.get("userinfo_endpoint")
        for name, address in (*needed.items(), ("userinfo_endpoint", userinfo)):
            if name == "userinfo_endpoint" and address is None:
                continue
            why = self.questions.addresses.refusal(address if isinstance(address, str) else "", query=True)
            if why:
                raise ProviderFailed(f"Its discovery document has no good {name}: {why}")
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Metadata(
            issuer=issuer,
            authorization_endpoint=str(needed["authorization_endpoint"]),
            token_endpoint=str(needed["token_endpoint"]),
            jwks_uri=str(needed["jwks_uri"]),
            userinfo_endpoint=userinfo,
            takes_basic="client_secret_basic" in methods,
            takes_post="client_secret_post" in methods or "client_secret_basic" not in methods,
            names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _read_keys(self, issuer: str) -> tuple[PublicKey, ...]:
        found = await self.questions.get((await self.metadata(issuer)).jwks_uri)
        given = found.get("keys")
        if not isinstance(given, list):
            raise ProviderFailed("Its key set holds no keys.")
        return tuple(key for key in map(_key, given[:_KEYS_AT_MOST]) if key is not None)


def _key(given: Any) -> PublicKey | None:
    """A public key for signatures; None for any other, which is passed over."""
    if not isinstance(given, dict) or given.get("use", "sig") != "sig" or given.get("kty") not in {"RSA", "EC", "OKP"}:
        return None
    # An Edwards curve has one algorithm, of two names (RFC 9864): a key under the one signs under the other.
    left_out = {*_PRIVATE, "alg"} if given["kty"] == "OKP" else _PRIVATE
    try:
        key = JWKRegistry.import_key({name: value for name, value in given.items() if name not in left_out})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        numbers = key.public_key.public_numbers()
        return (
            key if _SHORTEST_RSA <= numbers.n.bit_length() <= _LONGEST_RSA and numbers.e <= _LARGEST_EXPONENT else None
        )
    return key if isinstance(key, ECKey | OKPKey) else None
