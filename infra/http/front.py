"""What every request passes: security headers, origins that may ask, and a limit to guessing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Send

from infra.http.asker import address, note_address
from infra.http.buckets import Buckets
from infra.http.failures import refused_by
from infra.http.guessing import Guessing, too_many
from infra.http.negotiation import JSON_TYPE
from infra.http.refusal import Refused
from infra.http.wire import refusal, respond
from infra.identity.identity import Identity

GRAPHQL: Final = "/graphql"
SIGN_IN: Final = "/sign-in"
NOTHING_IS_LOADED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

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

    `origins` may ask /graphql from their pages, with tokens: cookies are not taken from them. `sign_ins` counts
    sign-ins that begin or end, by address. Over WebSocket credentials come later: there they are checked when they do.
    """

    app: ASGIApp
    identity: Identity
    guessing: Guessing
    origins: Collection[str] = ()
    proxies: int = 0
    sign_ins: Buckets = field(default_factory=lambda: Buckets(120, 2.0))
    added: tuple[tuple[bytes, bytes], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.added = (*_HEADERS, _TRANSPORT) if self.identity.origin.startswith("https:") else _HEADERS

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it."""
        if scope["type"] == ScopeType.HTTP:
            note_address(scope, self.proxies)
            await self._http(scope, receive, send)
        else:
            if scope["type"] == ScopeType.WEBSOCKET:  # else the application starts, or ends
                note_address(scope, self.proxies)
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
                if message["status"] == HTTPStatus.UNAUTHORIZED:
                    self.guessing.note_wrong(dict(scope["headers"]))
            await send(message)

        if cross_origin and cross_origin[-1] == _EXPOSED and _is_preflight(scope):
            await sending({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": [*_CORS]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if self.guessing.wrong.taken_from or scope["path"].startswith(SIGN_IN):
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

    def _admit(self, scope: HTTPScope) -> None:
        """Raise Refused for who has tried too often."""
        begins_or_ends = scope["path"].startswith(SIGN_IN)
        if not begins_or_ends or scope["method"] == "POST":  # which alone bears a person's credentials there
            self.guessing.check(dict(scope["headers"]))
        if not begins_or_ends:
            return
        here = address.get()
        if wait := self.sign_ins.wait(here):
            raise too_many("Too many sign-ins from your address.", wait)
        self.sign_ins.spend(here)

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
