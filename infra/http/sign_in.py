"""The pages of sign-in: to a provider, back from it, and out."""

import asyncio
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode

import msgspec
from litestar.types import HTTPScope, Receive, Send

from infra.http import asker
from infra.http.failures import refused_by
from infra.http.negotiation import HTML_TYPE, JSON_TYPE, wants_page
from infra.http.refusal import Refused
from infra.http.wire import encode, read_body, refusal, respond
from infra.identity.identity import CALLBACK, Identity
from infra.identity.refusals import Refusals
from infra.identity.signing_in import MINUTES_TO_SIGN_IN, Answer, SignInRefused
from services.errors import DomainError, NotSignedIn
from services.identity.rules import SESSION_LIFE
from services.identity.sessions import sign_out
from services.organisations.sign_ins import RefusedSignIn
from services.organisations.terms import TokenScope

BACK: Final = CALLBACK + "/"
"""The name of the organisation whose provider answers follows it."""
DONE: Final = "/sign-in/done"
"""Where a browser goes that was going nowhere else."""
_LARGEST_BODY: Final = 4_096
_MOST_PARAMETERS: Final = 20
_TO_SIGN_IN: Final = MINUTES_TO_SIGN_IN * 60
_FROM_ELSEWHERE: Final = (b"cross-site", b"same-site")
_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Serra</title></head>'
    "<body><h1>{title}</h1><p>{text}</p>{link}</body></html>"
)
_LINK: Final = '<p><a href="{address}">Continue</a></p>'


class ConnectBody(msgspec.Struct, rename="camel"):
    """Whose provider shall know the person who asks, and where their browser goes afterwards."""

    organisation: str
    return_to: str = ""


@dataclass(frozen=True, slots=True)
class SignInPages:
    """/sign-in, what is below it, and /sign-out, as an ASGI application. `deadline` is in seconds."""

    identity: Identity
    refusals: Refusals
    deadline: float

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        cookies: list[str] = []
        try:
            async with asyncio.timeout(self.deadline):
                await self._answer(scope, headers, receive, send)
        except SignInRefused as why:
            if scope["path"].startswith(BACK):
                self.refusals.note(RefusedSignIn(asker.address.get(), None, why.organisation, str(why)))
            cookies = [self._over()]
            refused = Refused(why.status, why.code, str(why))
        except Refused as why:
            refused = why
        except TimeoutError:
            refused = Refused(504, "DEADLINE", f"This took longer than {self.deadline:g} seconds. Try again.")
        except Exception as error:  # noqa: BLE001 - whatever it is, a browser is told on a page
            refused = refused_by(error, scope["method"], scope["path"])
        else:
            return
        if _is_browser(headers):
            page = _page("That did not work", str(refused))
            await respond(send, refused.status, HTML_TYPE, page, refused.headers, cookies=cookies)
        else:
            await respond(send, refused.status, JSON_TYPE, refusal(refused), refused.headers, cookies=cookies)

    async def _answer(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        given = _parameters(scope["query_string"])
        match scope["method"], scope["path"].rstrip("/"):
            case "GET", "/sign-in":
                organisation, return_to = given.get("organisation", ""), given.get("return_to", "")
                if headers.get(b"sec-fetch-site") in _FROM_ELSEWHERE:
                    await _ask_first(send, headers, organisation, return_to)
                    return
                location, sealed = await self.identity.signing_in.begin(organisation, return_to)
                await _send_away(send, location, [self._begun(sealed)])
            case "GET", path if path == DONE:
                await respond(send, 200, HTML_TYPE, _page("Signed in", "Go back to where you came from."), {})
            case "GET", path if path.startswith(BACK):
                await self._callback(path.removeprefix(BACK), headers, given, send)
            case "POST", "/sign-in":
                await self._connect(headers, receive, send)
            case "POST", "/sign-out":
                await self._sign_out(headers, send)
            case "GET", "/sign-out":
                raise Refused(405, "METHOD_NOT_ALLOWED", "Sign out by POST.", {"Allow": "POST"})
            case _:
                raise Refused(
                    405, "METHOD_NOT_ALLOWED", "Sign in by GET, and sign out by POST.", {"Allow": "GET, POST"}
                )

    async def _callback(
        self, organisation: str, headers: Mapping[bytes, bytes], given: Mapping[str, str], send: Send
    ) -> None:
        answer = Answer(
            organisation,
            state=given.get("state", ""),
            code=given.get("code", ""),
            error=given.get("error", ""),
            issuer=given.get("iss", ""),
        )
        address = asker.address.get()
        secret, return_to = await self.identity.signing_in.finish(self.identity.challenge(headers), answer, address)
        self.identity.sessions.welcome(secret, address)
        # Whoever was signed in with this browser before is so no longer.
        if earlier := self.identity.session_secret(headers):
            await sign_out(earlier, address)
        cookies = [self.identity.session(secret, int(SESSION_LIFE.total_seconds())), self._over()]
        if return_to or _is_browser(headers):
            # A page here would ask the provider's answer to be taken a second time whenever it is loaded anew.
            await _send_away(send, return_to or DONE, cookies)
        else:
            await respond(send, 200, JSON_TYPE, encode({"signedIn": True}), {}, cookies=cookies)

    async def _connect(self, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        """Begin a sign-in after which the provider knows the person who is signed in now.

        The challenge is bound to the browser that asks with that person's credentials, so nobody can have another
        person's account connected to their own by a link.
        """
        viewer = await self.identity.viewer(headers)
        try:
            person = viewer.require_scope(TokenScope.WRITE)
        except NotSignedIn as error:
            raise Refused(401, "UNAUTHENTICATED", str(error), {"WWW-Authenticate": "Bearer"}) from None
        except DomainError as error:
            raise Refused(403, "FORBIDDEN", str(error)) from None
        if viewer.scopes < frozenset(TokenScope):
            every = ", ".join(TokenScope)
            message = f"This token may not do everything, and a sign-in may. Use one with all scopes: {every}."
            raise Refused(403, "FORBIDDEN", message)
        if viewer.within is not None:
            message = "A provider signed you in; it cannot have another one know you. Use a personal token."
            raise Refused(403, "FORBIDDEN", message)
        try:
            body = msgspec.json.decode(await read_body(headers, receive, _LARGEST_BODY), type=ConnectBody)
        except (msgspec.DecodeError, UnicodeError):
            raise Refused(400, "BAD_REQUEST", 'Send JSON such as {"organisation": "olen"}.') from None
        location, sealed = await self.identity.signing_in.begin(body.organisation, body.return_to, person)
        await respond(send, 200, JSON_TYPE, encode({"location": location}), {}, cookies=[self._begun(sealed)])

    async def _sign_out(self, headers: Mapping[bytes, bytes], send: Send) -> None:
        secret = self.identity.session_secret(headers)
        if secret is not None:
            self.identity.check_origin(headers)
            await sign_out(secret, asker.address.get())
        await respond(send, 204, "", b"", {}, cookies=[self.identity.no_session()])

    def _begun(self, sealed: str) -> str:
        return self.identity.begun(sealed, _TO_SIGN_IN)

    def _over(self) -> str:
        return self.identity.begun("", 0)


def _parameters(query_string: bytes) -> dict[str, str]:
    """What an address asks with. Raises Refused where one thing is said twice (RFC 6749 §3.1), or too much."""
    try:
        found = parse_qs(query_string.decode("latin-1"), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Refused(400, "BAD_REQUEST", f"The address has more than {_MOST_PARAMETERS} parameters.") from None
    if any(len(values) > 1 for values in found.values()):
        raise Refused(400, "BAD_REQUEST", "The address says something twice.")
    return {name: values[0] for name, values in found.items()}


async def _send_away(send: Send, location: str, cookies: Iterable[str]) -> None:
    await respond(send, 303, "", b"", {"Location": location}, cookies=cookies)


async def _ask_first(send: Send, headers: Mapping[bytes, bytes], organisation: str, return_to: str) -> None:
    """Ask whoever another site sent here whether they want to sign in: it could be for its own account, over theirs.

    Browsers say where a navigation comes from, and no page can have them lie; the link is followed from our own.
    """
    if not _is_browser(headers):
        raise Refused(403, "CROSS_SITE", "Another site cannot begin a sign-in. Open the address in a browser.")
    asked = {"organisation": organisation} | ({"return_to": return_to} if return_to else {})
    text = "Another site sent you here. Whoever is signed in with this browser will no longer be."
    page = _page(f"Sign in for «{organisation}»?", text, f"/sign-in?{urlencode(asked)}")
    await respond(send, 200, HTML_TYPE, page, {})


def _is_browser(headers: Mapping[bytes, bytes]) -> bool:
    return wants_page(headers.get(b"accept", b"").decode("latin-1"))


def _page(title: str, text: str, continue_at: str = "") -> bytes:
    link = _LINK.format(address=html.escape(continue_at)) if continue_at else ""
    return _PAGE.format(title=html.escape(title), text=html.escape(text), link=link).encode()
