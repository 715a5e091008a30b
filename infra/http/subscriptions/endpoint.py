"""The endpoint as a whole: one answer, events, or a WebSocket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationType
from litestar.enums import ScopeType
from litestar.types import HTTPReceiveMessage, HTTPScope, Receive, Scope, Send

from infra.http.guessing import Guessing
from infra.http.negotiation import JSON_TYPE, answer_type
from infra.http.refusal import Refused
from infra.http.request import RequestBody
from infra.http.subscriptions.events import accepts_events, send_events
from infra.http.subscriptions.following import GOING_AWAY, STOPPING
from infra.http.subscriptions.limits import Connections
from infra.http.subscriptions.operations import Operations
from infra.http.subscriptions.websocket import serve_websocket
from infra.http.wire import refusal, respond


@dataclass(slots=True)
class GraphQLEndpoint:
    """GraphQL over HTTP, over server-sent events and over WebSocket, as an ASGI application."""

    operations: Operations
    connections: Connections
    guessing: Guessing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await serve_websocket(self.operations, self.connections, scope, receive, send, guessing=self.guessing)
        elif accepts_events(_accept(dict(scope["headers"]))):
            await self._events(scope, receive, send)
        else:
            await self.operations.endpoint(scope, receive, send)

    async def _events(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        kept = _Kept(receive)
        try:
            body = await self.operations.endpoint.request(scope, headers, kept.first)
            operation = await self._operation(scope["method"], headers, body)
            if operation is not OperationType.SUBSCRIPTION and answer_type(_accept(headers)):
                await self.operations.endpoint(scope, kept.again, send)
                return
            viewer = await self.operations.endpoint.viewer(headers)
            self._must_go_on()
            with self.operations.hub.stream(), self.connections.one_more(viewer):
                results = await self.operations.begin(scope, headers, body)
                await send_events(results, receive, send, self.connections.limits)
        except Refused as refused:
            await respond(send, refused.status, JSON_TYPE, refusal(refused), refused.headers)

    def _must_go_on(self) -> None:
        if self.operations.hub.stopping.is_set():
            raise Refused(503, GOING_AWAY, STOPPING)

    async def _operation(self, method: str, headers: Mapping[bytes, bytes], body: RequestBody) -> OperationType | None:
        document = await self.operations.endpoint.document(headers, body)
        found = document.operations.get(body.operation_name)
        operation = found.kind if found else None
        if operation is OperationType.MUTATION and method == "GET":
            raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation is sent by POST.", {"Allow": "POST"})
        return operation


@dataclass(slots=True)
class _Kept:
    """A request's body that is read twice."""

    receive: Receive
    messages: list[Any] = field(default_factory=list)

    async def first(self) -> HTTPReceiveMessage:
        """The first time."""
        message: Any = await self.receive()
        self.messages.append(message)
        return message  # type: ignore[no-any-return]

    async def again(self) -> HTTPReceiveMessage:
        """Once more; then what comes after the body."""
        message: Any = self.messages.pop(0) if self.messages else await self.receive()
        return message  # type: ignore[no-any-return]


def _accept(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"accept", b"").decode("latin-1")
