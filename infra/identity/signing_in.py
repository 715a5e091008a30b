"""The code flow of OpenID Connect with PKCE: to the provider, and back."""

import hashlib
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import msgspec

from infra.identity.asking import ProviderFailed, Questions
from infra.identity.directory import Directory, Metadata
from infra.identity.keys import Safe
from infra.identity.verifying import Expected, TokenRefused, id_token_claims
from services.errors import DomainError, ErrorCode
from services.identity.arrivals import Arrival, arrive, spend
from services.identity.providers import Provider, provider_of_organisation
from services.identity.terms import IdentityKind

MINUTES_TO_SIGN_IN: Final = 10
_CHALLENGE: Final = "sign-in"
_LONGEST_PATH: Final = 2_000
_NO_PROVIDER: Final = (
    "There is no organisation of this name here, or it has no identity provider. Check the name in the address,"
    " «/sign-in?organisation=…», or ask its administrator to connect one."
)
"""The same for both: who signs in where is an organisation's own."""


class SignInRefused(Exception):
    """Nobody is signed in; the message says why and what to do. `status` is HTTP's.

    `organisation` is the one whose provider answered, where it is known.
    """

    organisation: UUID | None = None

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Challenge(msgspec.Struct, frozen=True):
    """What Serra remembers of a sign-in that has begun, sealed in a cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    organisation: str
    issuer: str
    expires: float
    return_to: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider sends back with the browser (RFC 6749 §4.1.2, RFC 9207), to an organisation's own address."""

    organisation: str
    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The flow. Providers send browsers back to `callback`, each to a path of its own below it."""

    directory: Directory
    safe: Safe
    callback: str

    @property
    def _questions(self) -> Questions:
        return self.directory.questions

    async def begin(self, organisation: str, return_to: str, person: UUID | None = None) -> tuple[str, str]:
        """Where to send the browser, and the sealed challenge that it keeps. Raises SignInRefused.

        `person` is whoever is signed in already and wants to be known by the provider from now on.
        """
        provider = await self._provider(organisation)
        challenge = Challenge(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            organisation=organisation,
            issuer=provider.issuer,
            expires=time.time() + MINUTES_TO_SIGN_IN * 60,
            return_to=checked_path(return_to),
            person=str(person or ""),
        )
        try:
            metadata = await self.directory.metadata(provider.issuer)
        except ProviderFailed as failed:
            raise _away(failed) from None
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self._redirect_uri(organisation),
            "scope": " ".join(provider.scopes),
            "state": challenge.state,
            "nonce": challenge.nonce,
            "code_challenge": _s256(challenge.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = metadata.authorization_endpoint
        joint = "&" if urlsplit(endpoint).query else "?"
        sealed = self.safe.seal(msgspec.json.encode(challenge).decode(), _CHALLENGE)
        return f"{endpoint}{joint}{urlencode(asked)}", sealed

    async def finish(self, sealed: str, answer: Answer, address: str = "") -> tuple[str, str]:
        """The new session's secret, and where the browser at an address was going. Raises SignInRefused."""
        challenge = self._challenge(sealed, answer)
        spent = hashlib.sha256(challenge.state.encode()).digest()
        if not await spend(spent, datetime.fromtimestamp(challenge.expires, UTC)):
            raise SignInRefused(400, "REPLAYED", "This sign-in was finished already. Begin again.")
        provider = await self._provider(challenge.organisation)
        try:
            return await self._session(provider, challenge, answer, address), challenge.return_to
        except SignInRefused as why:
            why.organisation = provider.organisation
            raise

    async def _session(self, provider: Provider, challenge: Challenge, answer: Answer, address: str) -> str:
        if provider.issuer != challenge.issuer:
            raise SignInRefused(403, "WRONG_ISSUER", "The organisation has changed its provider. Begin again.")
        try:
            claims = await self._claims(provider, challenge, answer)
        except ProviderFailed as failed:
            raise _away(failed) from None
        except TokenRefused as why:
            raise SignInRefused(403, "PROVIDER_REFUSED", f"What the provider answered is not valid. {why}") from None
        person = UUID(challenge.person) if challenge.person else None
        arrival = Arrival(provider, IdentityKind.PERSON, claims["sub"], claims, person)
        try:
            return await arrive(arrival, address)
        except DomainError as error:
            status = 409 if error.problems[0].code is ErrorCode.ALREADY_EXISTS else 403
            raise SignInRefused(status, error.problems[0].code, str(error)) from None

    def _redirect_uri(self, organisation: str) -> str:
        """Where the provider of one organisation sends browsers back to, and no other does.

        One that sends them on to another's pages has the answer come back to the other's address, and gets nothing of
        it: not all providers say who answers (RFC 9700 §4.4.2.2).
        """
        return f"{self.callback}/{quote(organisation, safe='')}"

    async def _provider(self, organisation: str) -> Provider:
        found = await provider_of_organisation(organisation) if "\x00" not in organisation else None
        if found is None:
            # The same for an organisation that there is and one that there is not.
            raise SignInRefused(404, "NO_PROVIDER", _NO_PROVIDER)
        return found

    def _challenge(self, sealed: str, answer: Answer) -> Challenge:
        opened = self.safe.open(sealed, _CHALLENGE) if sealed else None
        if opened is None:
            # A sign-in that was begun at another name of this host comes back here without what it was begun with.
            begin = self.callback.removesuffix("/callback")
            raise SignInRefused(
                400, "NO_SIGN_IN", f"This browser has begun no sign-in here, or too long ago. Begin again at {begin}."
            )
        challenge = msgspec.json.decode(opened, type=Challenge)
        if not compare_digest(challenge.state.encode(), answer.state.encode()):
            raise SignInRefused(400, "WRONG_STATE", "This is the answer to another sign-in. Begin again.")
        if challenge.expires < time.time():
            raise SignInRefused(400, "TOO_LATE", f"A sign-in has {MINUTES_TO_SIGN_IN} minutes. Begin again.")
        if answer.organisation != challenge.organisation or (answer.issuer and answer.issuer != challenge.issuer):
            raise SignInRefused(400, "WRONG_ISSUER", "Another provider answered than the one asked. Begin again.")
        if answer.error or not answer.code:
            known = answer.error if answer.error in _ERRORS else "no code"
            raise SignInRefused(403, "PROVIDER_REFUSED", f"The provider did not sign you in ({known}). Begin again.")
        return challenge

    async def _claims(self, provider: Provider, challenge: Challenge, answer: Answer) -> dict[str, Any]:
        metadata = await self.directory.metadata(provider.issuer)
        if metadata.names_issuer and not answer.issuer:
            raise TokenRefused("It does not say who answers, though it promises to («iss»).")
        given = await self._exchanged(provider, metadata, challenge, answer.code)
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            known = given.get("error") if given.get("error") in _ERRORS else "no ID token"
            raise TokenRefused(f"The provider gave nothing for the code ({known}).")
        access = access if isinstance(access, str) else None
        expected = Expected(provider.client_id, challenge.nonce, access, answer.code)
        claims = await id_token_claims(self.directory, provider.issuer, token, expected)
        return {**await self._more(metadata, access, claims["sub"]), **claims}

    async def _exchanged(
        self, provider: Provider, metadata: Metadata, challenge: Challenge, code: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri(challenge.organisation),
            "code_verifier": challenge.verifier,
        }
        secret = provider.client_secret and self.safe.open(
            provider.client_secret, client_purpose(provider.organisation)
        )
        if provider.client_secret and not secret:
            raise ProviderFailed("The client's secret cannot be read: this installation's own secret has changed.")
        if not secret:
            return await self._questions.post(metadata.token_endpoint, form | {"client_id": provider.client_id}, {})
        given: dict[str, Any] = {}
        for headers, fields in _proofs(provider.client_id, secret, metadata):
            given = await self._questions.post(metadata.token_endpoint, form | fields, headers)
            if given.get("error") != "invalid_client":
                break
        return given

    async def _more(self, metadata: Metadata, access: str | None, subject: str) -> dict[str, Any]:
        """What the provider tells at its UserInfo endpoint: many put groups there, and not in the ID token."""
        if metadata.userinfo_endpoint is None or access is None:
            return {}
        found = await self._questions.get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise TokenRefused("It tells of somebody else than the ID token («sub»).")
        return found


def client_purpose(organisation: UUID) -> str:
    """For what the secret of an organisation's client is sealed."""
    return f"client of {organisation}"


def checked_path(return_to: str) -> str:
    """A path of this service to go to after a sign-in; empty where none is asked for. Raises SignInRefused."""
    good = (
        return_to.startswith("/")
        and not return_to.startswith("//")
        and "\\" not in return_to
        and return_to.isprintable()
        and return_to.isascii()
        and len(return_to) <= _LONGEST_PATH
    )
    if return_to and not good:
        raise SignInRefused(
            400, "BAD_RETURN", "`return_to` (in JSON `returnTo`) is a path of this service, such as /graphql."
        )
    return return_to


_ERRORS: Final = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    }
)
"""What providers say (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6); other words are not repeated."""


def _proofs(client_id: str, secret: str, metadata: Metadata) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The ways to show a client's secret that the provider takes: each as headers, and as fields of the form.

    A provider may take several and yet one alone from this client: how it was registered stands nowhere. And many do
    not decode what RFC 6749 §2.3.1 has encoded in the header.
    """
    if metadata.takes_basic:
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        yield {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, {}
    if metadata.takes_post:
        yield {}, {"client_id": client_id, "client_secret": secret}


def _s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _away(failed: ProviderFailed) -> SignInRefused:
    return SignInRefused(502, "PROVIDER_AWAY", f"Your organisation's provider cannot be asked now. {failed} Try again.")
