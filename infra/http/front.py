"""What every request passes: security headers, origins that may ask, and a limit to guessing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Send, WebSocketScope

from infra.http.asker import address, note_address
from infra.http.buckets import Buckets
from infra.http.failures import refused_by
from infra.http.negotiation import JSON_TYPE
from infra.http.refusal import Refused
from infra.http.wire import refusal, respond
from infra.identity.identity import Identity

GRAPHQL: Final = "/graphql"
SIGN_IN: Final = "/sign-in"
NOTHING_IS_LOADED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_FORBIDDEN_SOCKET: Final = 4403

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
_POLICY: Final = (b"content-security-policy", NOTHING_IS_LOADED.encode())
_CORS: Final = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"accept, accept-language, authorization, content-type"),
    (b"access-control-max-age", b"600"),
)
_EXPOSED: Final = (b"access-control-expose-headers", b"etag, ratelimit, retry-after")


@dataclass(slots=True)
class Front:
    """The application behind what every request passes.

    `origins` may ask /graphql from their pages, with tokens: cookies are not taken from them. `failures` counts wrong
    credentials per address, `sign_ins` sign-ins that begin or end.
    """

    app: ASGIApp
    identity: Identity
    origins: Collection[str] = ()
    proxies: int = 0
    failures: Buckets = field(default_factory=lambda: Buckets(30, 0.5))
    sign_ins: Buckets = field(default_factory=lambda: Buckets(120, 2.0))
    added: tuple[tuple[bytes, bytes], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.added = (*_HEADERS, _TRANSPORT) if self.identity.origin.startswith("https:") else _HEADERS

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it."""
        if scope["type"] == ScopeType.HTTP:
            note_address(scope, self.proxies)
            await self._http(scope, receive, send)
        elif scope["type"] == ScopeType.WEBSOCKET:
            note_address(scope, self.proxies)
            await self._websocket(scope, receive, send)
        else:  # the application starts, or ends
            await self.app(scope, receive, send)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        cross_origin = self._cross_origin(scope) if self.origins else ()

        begun: list[Any] = []

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
                headers = message["headers"] = [*message.get("headers", ()), *self.added, *cross_origin]
                for name, _ in headers:
                    if name == b"content-security-policy":
                        break
                else:
                    headers.append(_POLICY)
                if message["status"] == HTTPStatus.UNAUTHORIZED and self._bears_credentials(dict(scope["headers"])):
                    self.failures.spend(address.get())
            await send(message)

        if cross_origin and cross_origin[-1] == _EXPOSED and _is_preflight(scope):
            await sending({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": [*_CORS]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if self.failures.taken_from or scope["path"].startswith(SIGN_IN):
            try:
                self._admit(scope)
            except Refused as refused:
                await respond(sending, refused.status, JSON_TYPE, refusal(refused), refused.headers)
                return
        await self._answered(scope, receive, sending, begun)

    async def _answered(self, scope: HTTPScope, receive: Receive, send: Send, begun: list[Any]) -> None:
        """Pass it on; what fails before anything has begun is told like every refusal."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if begun:
                raise
            told = refused_by(error, scope["method"], scope["path"])
            await respond(send, told.status, JSON_TYPE, refusal(told), told.headers)

    async def _websocket(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        here = address.get()
        if self.failures.wait(here):
            await receive()
            await send({"type": "websocket.close", "code": 1013, "reason": "Too many attempts with wrong credentials."})
            return

        async def sending(message: Any) -> None:
            if message["type"] == "websocket.close" and message["code"] == _FORBIDDEN_SOCKET:
                self.failures.spend(here)
            await send(message)

        await self.app(scope, receive, sending)

    # -- guessing --------------------------------------------------------------------------------------------------

    def _admit(self, scope: HTTPScope) -> None:
        """Raise Refused for who has tried too often. Whoever was known a moment ago is not kept out by a neighbour."""
        here = address.get()
        if scope["path"].startswith(SIGN_IN):
            self._check(self.sign_ins, here, "sign-ins")
            self.sign_ins.spend(here)
        elif self.failures.wait(here):
            headers = dict(scope["headers"])
            if self._bears_credentials(headers) and not self.identity.knew(headers):
                self._check(self.failures, here, "attempts with wrong credentials")

    def _check(self, buckets: Buckets, client: str, what: str) -> None:
        if wait := buckets.wait(client):
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                "TOO_MANY_ATTEMPTS",
                f"Too many {what} from your address. Try again in {wait} s.",
                {"Retry-After": str(wait)},
            )

    def _bears_credentials(self, headers: Mapping[bytes, bytes]) -> bool:
        return b"authorization" in headers or self.identity.session_secret(headers) is not None

    # -- pages of other origins ------------------------------------------------------------------------------------

    def _cross_origin(self, scope: HTTPScope) -> list[tuple[bytes, bytes]]:
        """The headers that let a page read the answer, the last of them _EXPOSED."""
        if scope["path"] != GRAPHQL:
            return []
        origin = dict(scope["headers"]).get(b"origin", b"")
        allowed = origin.decode("latin-1") in self.origins
        varies = (b"vary", b"Origin")
        return [varies, (b"access-control-allow-origin", origin), _EXPOSED] if allowed else [varies]


def _is_preflight(scope: HTTPScope) -> bool:
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in dict(scope["headers"])
