"""Who signs a request: by a personal token, by a token of a trusted issuer, or by a session's cookie."""

import math
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from infra.http import asker
from infra.http.refusal import Refused
from infra.identity.addresses import Addresses, is_plain_here, origin_of
from infra.identity.asking import ProviderFailed, Questions
from infra.identity.directory import Directory
from infra.identity.keys import Safe
from infra.identity.machines import Machines, is_machine_token
from infra.identity.refusals import Refusals
from infra.identity.signing_in import SigningIn, client_purpose
from infra.identity.tokens import InvalidToken, Tokens
from infra.settings import Settings
from services.identity.arrivals import note_identity
from services.identity.sessions import note_session, session_of
from services.organisations.sign_ins import RefusedSignIn
from services.viewer import ANYONE, Viewer

CALLBACK: Final = "/sign-in/callback"
_PLAIN: Final = ("serra", "serra-sign-in")


@dataclass(slots=True)
class Identity:
    """Looks up who signs, and holds what sign-in needs. `origin` is this service's own, as browsers write it.

    `refusals` counts credentials that are not valid.
    """

    tokens: Tokens
    sessions: Tokens
    machines: Tokens
    signing_in: SigningIn
    refusals: Refusals
    origin: str
    secure: bool
    issuers: "KnownIssuers"
    session_cookie: str = field(init=False)
    challenge_cookie: str = field(init=False)

    def __post_init__(self) -> None:
        prefix = "__Host-" if self.secure else ""
        self.session_cookie, self.challenge_cookie = (prefix + name for name in _PLAIN)

    def forget(self) -> None:
        """Look everyone up anew."""
        for remembered in (self.tokens, self.sessions, self.machines):
            remembered.forget()

    def until(self, headers: Mapping[bytes, bytes]) -> float:
        """Until when, by `time.monotonic`, who signs is what they were found to be, unless something changes."""
        address = asker.address.get()
        bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2].strip()
        if bearer:
            return (self.machines if is_machine_token(bearer) else self.tokens).until(bearer, address)
        secret = self.session_secret(headers)
        return self.sessions.until(secret, address) if secret else math.inf

    def knew(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether the credentials of a request were found valid a while ago, from the same address."""
        address = asker.address.get()
        bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2].strip()
        if bearer:
            return self.tokens.knew(bearer, address) or self.machines.knew(bearer, address)
        secret = self.session_secret(headers)
        return secret is not None and self.sessions.knew(secret, address)

    async def viewer(self, headers: Mapping[bytes, bytes]) -> Viewer:
        """Who signs; nobody in particular without credentials. Raises Refused."""
        authorization, address = headers.get(b"authorization", b""), asker.address.get()
        try:
            if authorization:
                return await self._bearer(authorization.decode("latin-1"), address)
            secret = self.session_secret(headers)
            if secret is None:
                return ANYONE
            self.check_origin(headers)
            return await self.sessions.holder(secret, address)
        except InvalidToken as error:
            self.refusals.note(RefusedSignIn(address, error.token))
            extra = {"WWW-Authenticate": "Bearer"} if authorization else {"Set-Cookie": self.no_session()}
            raise Refused(401, "UNAUTHENTICATED", str(error), extra) from None
        except ProviderFailed as failed:
            message = f"The issuer of this token cannot be asked now. {failed} Try again."
            raise Refused(503, "UNAVAILABLE", message, {"Retry-After": "10"}) from None

    def _bearer(self, authorization: str, address: str) -> Awaitable[Viewer]:
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() == "bearer" and is_machine_token(rest.strip()):
            return self.machines.holder(rest.strip(), address)
        return self.tokens.viewer(authorization, address)

    def check_origin(self, headers: Mapping[bytes, bytes]) -> None:
        """Whether a request that a cookie signs was made by our own pages, or by no page at all. Raises Refused.

        Browsers name where a request comes from, and no page can have them lie. A header of our own does as well: a
        page of another origin cannot send it without being asked first (CORS), and is not allowed to.
        """
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if origin is not None:
            good = origin.decode("latin-1") == self.origin
        elif site is not None:
            good = site in {b"same-origin", b"none"}
        else:
            good = b"x-serra-csrf" in headers
        if not good:
            raise Refused(
                403,
                "CROSS_SITE",
                f"A session's cookie signs requests of pages of {self.origin} alone. From elsewhere send a token in the"
                " header «Authorization: Bearer …»; without a browser, add the header «X-Serra-CSRF: 1».",
            )

    def session_secret(self, headers: Mapping[bytes, bytes]) -> str | None:
        """The secret of the session that a request's cookie names."""
        return self._cookie(headers, self.session_cookie)

    def challenge(self, headers: Mapping[bytes, bytes]) -> str:
        """The sealed challenge of the sign-in that a browser has begun; empty without one."""
        return self._cookie(headers, self.challenge_cookie) or ""

    def session(self, secret: str, seconds: int) -> str:
        """The Set-Cookie that signs a browser in."""
        return self._set(self.session_cookie, secret, seconds)

    def no_session(self) -> str:
        """The Set-Cookie that signs a browser out."""
        return self._set(self.session_cookie, "", 0)

    def begun(self, sealed: str, seconds: int) -> str:
        """The Set-Cookie of a sign-in that begins; with no text and no time, of one that is over."""
        return self._set(self.challenge_cookie, sealed, seconds)

    def _set(self, name: str, value: str, seconds: int) -> str:
        # Lax: the browser comes back from the provider's site, and must have the challenge with it.
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax" + "; Secure" * self.secure

    def _cookie(self, headers: Mapping[bytes, bytes], name: str) -> str | None:
        given = headers.get(b"cookie", b"")
        if name.encode() not in given:
            return None
        # One by one: what somebody else's page has set beside ours may be no cookie at all (RFC 6265, 5.2).
        pairs = (one.partition("=") for one in given.decode("latin-1").split(";"))
        found = [value.strip(" \t").strip('"') for key, _, value in pairs if key.strip(" \t") == name]
        return (found[-1] or None) if found else None


@dataclass(frozen=True, slots=True)
class KnownIssuers:
    """What the domain asks of issuers: see services.identity.ports."""

    addresses: Addresses
    safe: Safe

    def refusal(self, issuer: str) -> str | None:
        """Why an issuer's address cannot be used here."""
        return self.addresses.refusal(issuer)

    def seal(self, client_secret: str, organisation: UUID) -> str:
        """A client secret, encrypted; empty stays empty."""
        return client_secret and self.safe.seal(client_secret, client_purpose(organisation))


def identity_of(settings: Settings, refusals: Refusals) -> Identity:
    """The identity of an installation."""
    addresses = Addresses(settings.environment == "development", settings.private_issuers)
    directory, safe = Directory(Questions(addresses)), Safe(settings.secret)
    return Identity(
        tokens=Tokens(),
        sessions=Tokens(session_of, note_session, "Your session has ended. Sign in again."),
        machines=Tokens(
            Machines(directory, settings.public_url).look_up,
            note_identity,
            "This token is valid, but no rule of its organisation gives its claims a role.",
        ),
        signing_in=SigningIn(directory, safe, settings.public_url + CALLBACK),
        refusals=refusals,
        origin=origin_of(settings.public_url),
        secure=not is_plain_here(settings.public_url),
        issuers=KnownIssuers(addresses, safe),
    )
