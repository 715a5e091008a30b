"""Is a token what it says: signed by its issuer, meant for us, valid now?"""

import base64
import hashlib
import hmac
import time
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
    SecurityWarning,
)
from joserfc.jwk import ECKey, OKPKey, RSAKey

from infra.identity.directory import Directory, PublicKey

_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_EDWARDS: Final = ("EdDSA", "Ed25519")
ALGORITHMS: Final = (*_RSA, *_CURVES, *_EDWARDS)
"""Signatures with a key that only the issuer has: never `none`, and no HMAC, whose key we would have too."""
SKEW_SECONDS: Final = 60
"""So far apart two clocks may be."""
LONGEST_TOKEN: Final = 16 * 1024
LONGEST_MACHINE_LIFE: Final = 24 * 3_600
_REGISTRY: Final = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
"""Parameters of a header that are not known are passed over (RFC 7515 §4), and certificates fit in."""
_REGISTRY.max_header_length = _REGISTRY.max_signature_length = LONGEST_TOKEN
_OF_MACHINES: Final = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
_HASHES: Final = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
"""By how the name of an algorithm ends; Edwards curves go with SHA-512."""


class TokenRefused(Exception):
    """The token is not valid; the message says why. It repeats nothing of the token."""


class _Header(msgspec.Struct):
    alg: str
    kid: str | None = None
    typ: str = ""
    crit: Any = msgspec.UNSET
    b64: bool = True


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must answer: our client, the nonce that we sent, and what came with it."""

    client_id: str
    nonce: str
    access_token: str | None
    code: str


async def id_token_claims(directory: Directory, issuer: str, token: str, expected: Expected) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core §3.1.3.7). Raises TokenRefused and ProviderFailed."""
    header, claims = await _verified(directory, issuer, token, [expected.client_id])
    others = claims["aud"] if isinstance(claims["aud"], list) else []
    if claims.get("azp", None if len(others) > 1 else expected.client_id) != expected.client_id:
        raise TokenRefused("It was made for another client («azp»).")
    if not _same(claims.get("nonce"), expected.nonce):
        raise TokenRefused("It answers another sign-in («nonce»).")
    for name, value in (("at_hash", expected.access_token), ("c_hash", expected.code)):
        if name in claims and not (value and _same(claims[name], _half_hash(header.alg, value))):
            raise TokenRefused(f"It came with something that it does not belong to («{name}»).")
    return claims


async def machine_claims(directory: Directory, issuer: str, token: str, audience: Collection[str]) -> dict[str, Any]:
    """The claims of a machine's access token (RFC 9068). Raises TokenRefused and ProviderFailed."""
    header, claims = await _verified(directory, issuer, token, audience)
    if header.typ.lower() not in _OF_MACHINES:
        raise TokenRefused(f"A token of the type {header.typ[:40]} gives no access.")
    if "nonce" in claims:
        raise TokenRefused("An ID token gives no access. Send an access token.")
    if claims["exp"] - time.time() > LONGEST_MACHINE_LIFE + SKEW_SECONDS:
        raise TokenRefused("It is valid for too long: have the provider give tokens of at most 24 hours.")
    return claims


def unverified_issuer(token: str) -> str | None:
    """Which issuer a token names, before anything of it is believed; None for what is no JWT."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN:  # noqa: PLR2004 - header, claims, signature
        return None
    found = _json(parts[1])
    issuer = found.get("iss") if isinstance(found, dict) else None
    return issuer if isinstance(issuer, str) else None


async def _verified(
    directory: Directory, issuer: str, token: str, audience: Collection[str]
) -> tuple[_Header, dict[str, Any]]:
    header = _header(token)
    keys = _fitting(await directory.keys(issuer), header)
    if not keys:
        keys = _fitting(await directory.newer_keys(issuer), header)
    if not keys:
        raise TokenRefused("It is signed with a key that its issuer does not publish.")
    for key in keys:
        try:
            claims = _decoded(token, key)
        except BadSignatureError:
            continue
        except (JoseError, msgspec.MsgspecError, ValueError, RecursionError):
            raise TokenRefused("It is not well formed.") from None
        _check_claims(claims, issuer, audience)
        return header, claims
    raise TokenRefused("Its signature is not its issuer's.")


def _header(token: str) -> _Header:
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused(f"It is longer than {LONGEST_TOKEN} characters.")
    try:
        header = msgspec.convert(_json(token.partition(".")[0]), _Header)
    except msgspec.ValidationError:
        raise TokenRefused("It is not well formed.") from None
    if header.crit is not msgspec.UNSET or not header.b64:
        raise TokenRefused("It asks for something that is not understood here («crit»).")
    if header.alg not in ALGORITHMS:
        raise TokenRefused(f"It is not signed as it must be: the algorithm is none of {', '.join(ALGORITHMS)}.")
    return header


def _decoded(token: str, key: PublicKey) -> dict[str, Any]:
    with warnings.catch_warnings():
        # «EdDSA» is the older name of Ed25519, which most providers still use.
        warnings.simplefilter("ignore", SecurityWarning)
        payload = jws.deserialize_compact(token, key, registry=_REGISTRY).payload
    # Not by the library: what no other of our parsers takes (NaN, half a surrogate, endless nesting) is no JSON.
    return msgspec.json.decode(payload or b"", type=dict[str, Any])


def _check_claims(claims: dict[str, Any], issuer: str, audience: Collection[str]) -> None:
    rules = jwt.JWTClaimsRegistry(
        leeway=SKEW_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "values": list(audience)},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        rules.validate(claims)
    except ExpiredTokenError:
        raise TokenRefused("It has expired.") from None
    except MissingClaimError as error:
        raise TokenRefused(f"It has no claim «{error.claim}», which is needed.") from None
    except InvalidClaimError as error:
        raise TokenRefused(_WRONG.get(error.claim, f"Its claim «{error.claim}» is not as it must be.")) from None
    except JoseError:
        raise TokenRefused("Some claim of it is missing or wrong.") from None


_WRONG: Final = {
    "iss": "It is of another issuer («iss»).",
    "aud": "It is meant for somebody else («aud»).",
    "nbf": "It is not valid yet («nbf»).",
    "iat": "It was made in the future («iat»).",
}


def _fitting(keys: Sequence[PublicKey], header: _Header) -> list[PublicKey]:
    """The keys that can have signed: of the algorithm's kind, and with the name that the token gives."""
    return [
        key
        for key in keys
        if _makes(key, header.alg)
        and key.get("alg") in {None, header.alg}
        and (header.kid is None or key.kid is None or key.kid == header.kid)
    ]


def _makes(key: PublicKey, algorithm: str) -> bool:
    match key:
        case RSAKey():
            return algorithm in _RSA
        case ECKey():
            return _CURVES.get(algorithm) == key.get("crv")
        case OKPKey():
            return algorithm in _EDWARDS and key.get("crv") == "Ed25519"


def _half_hash(algorithm: str, value: str) -> str:
    """The left half of a hash, as `at_hash` and `c_hash` have it (OpenID Connect Core §3.3.2.11)."""
    hashed = hashlib.sha512 if algorithm in _EDWARDS else _HASHES[algorithm[-3:]]
    digest = hashed(value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def _json(part: str) -> Mapping[str, Any] | None:
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
