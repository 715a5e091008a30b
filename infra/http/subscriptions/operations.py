"""An operation → its results, one for a query or a mutation, one for each event of a subscription."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol, Self
from uuid import UUID

import msgspec
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import create_source_event_stream, execute_subscription_event
from litestar.types import HTTPScope, WebSocketScope

from infra.http.documents import Document
from infra.http.graphql import GraphQLOverHTTP
from infra.http.negotiation import RESPONSE_TYPE
from infra.http.refusal import Refused
from infra.http.request import RequestBody
from infra.http.results import formatted
from infra.http.subscriptions.following import Ended, Following, Hub
from infra.http.wire import encode
from schema.compiler.follow import Gone, Happening, Unreadable
from schema.compiler.ids import split
from schema.compiler.run import RawExecutor

Headers = Mapping[bytes, bytes]
_NO_LONGER = "What you subscribed to is no longer there for you."
_IS_THERE = """query ($id: ID!) { node(id: $id) {
    __typename
    ... on Case { number revision versions { id status contacts { name } } }
    ... on TestRound {
        rises: revision case { id }
        consents { alias purpose givenAt withdrawnAt } participants { id actual { display } }
    }
    ... on Artefact { subject { ... on Node { id } ... on TestRound { case { id } } } }
} }"""
"""What is followed, what a change of it changes for the viewer, and the wholes that it is read with."""


@dataclass(frozen=True, slots=True)
class Result:
    """One answer, in JSON. `ran`: the operation was executed. `ended`: the code of why a subscription is over."""

    payload: bytes
    ran: bool = True
    ended: str | None = None


class Results(Protocol):
    """The results of one operation, one after the other."""

    def __aiter__(self) -> Self:
        """Itself: it is read once."""

    async def __anext__(self) -> Result:
        """The next result."""

    def close(self) -> None:
        """Want no more."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Runs operations for those who wait for more than one answer."""

    endpoint: GraphQLOverHTTP
    hub: Hub

    async def begin(self, scope: HTTPScope | WebSocketScope, headers: Headers, body: RequestBody) -> Results:
        """Run an operation, or subscribe: what happens after this has returned is told. Raises Refused."""
        document = await self.endpoint.document(headers, body)
        operation = document.operations.get(body.operation_name)
        if operation is None or operation.kind is not OperationType.SUBSCRIPTION:
            answer = await self.endpoint.answer(scope, headers, body, RESPONSE_TYPE)
            return _Once(Result(answer.body, ran=answer.status == HTTPStatus.OK))
        client = self.endpoint.client(await self.endpoint.viewer(headers))
        self.endpoint.limits.admit(operation.weight, body.variables or {}, client, HTTPStatus.BAD_REQUEST)
        followed = await self._follow(headers, document, body)
        if isinstance(followed, ExecutionResult):
            # What is no id at all is told in the words of what is not there: without the place where it stands.
            gone = any(isinstance(error.original_error, Gone) for error in followed.errors or ())
            return _nothing() if gone else _Once(Result(encode(formatted(followed)), ran=False))
        try:
            if await self.is_there(headers, followed):
                followed.known = followed.shown
                return _Events(self, headers, document, body, followed)
        except Ended as reason:
            return _Once(_last(reason))
        except BaseException:
            followed.close()
            raise
        followed.close()
        return _nothing()

    async def _follow(self, headers: Headers, document: Document, body: RequestBody) -> Following | ExecutionResult:
        built = await self._executor(headers, document, body, None)
        if isinstance(built, list):
            return ExecutionResult(None, built)
        stream = create_source_event_stream(built)
        made = await stream if asyncio.iscoroutine(stream) else stream
        if not isinstance(made, Following | ExecutionResult):
            raise TypeError(f"A subscription gave {made}.")
        return made

    async def event(self, row: object, headers: Headers, document: Document, body: RequestBody) -> Result | None:
        """What the viewer, looked up anew, may read of an event now; None for nothing."""
        built = await self._executor(headers, document, body, row)
        if isinstance(built, list):
            return Result(encode(formatted(ExecutionResult(None, built))))
        try:
            async with asyncio.timeout(self.endpoint.deadline):
                executed = execute_subscription_event(built)
                result = executed if isinstance(executed, ExecutionResult) else await executed
        except TimeoutError:
            raise Ended("DEADLINE", f"Reading an event took over {self.endpoint.deadline:g} seconds.") from None
        if any(isinstance(error.original_error, Unreadable) for error in result.errors or ()):
            return None
        return Result(encode(formatted(result)))

    async def _executor(
        self, headers: Headers, document: Document, body: RequestBody, row: object
    ) -> RawExecutor | list[GraphQLError]:
        if document.node is None:
            return list(document.errors)
        context = await self.endpoint.context(headers, document)
        context.changes = self.hub
        built = RawExecutor.build(
            self.endpoint.schema,
            document.node,
            root_value=row,
            context_value=context,
            raw_variable_values=body.variables,
            operation_name=body.operation_name,
        )
        return built if isinstance(built, RawExecutor | list) else []

    async def is_there(self, headers: Headers, followed: Following) -> bool:
        """Whether the viewer may read what they follow, which is watched with its wholes. Raises Refused and Ended."""
        node = await self._node(headers, followed)
        # A whole may have changed before it was watched.
        while node is not None and followed.watch(_wholes(node)):
            node = await self._node(headers, followed)
        followed.shown = frozenset(_shown(node or {}))
        followed.until = self.endpoint.identity.until(headers)
        return node is not None

    async def _node(self, headers: Headers, followed: Following) -> dict[str, Any] | None:
        # Our own question: nobody pays for it, and it need not be registered.
        asked = RequestBody(query=_IS_THERE, variables={"id": followed.global_id})
        document = self.endpoint.documents.get(_IS_THERE)
        context = await self.endpoint.context(headers, document)
        answer, _ = await self.endpoint.told(document, asked, context)
        followed.looked(context.viewer.keyring)
        told = msgspec.json.decode(encode(answer))
        if "errors" in told:
            raise Ended("UNAVAILABLE", "Your rights could not be looked up. Subscribe again.")
        node: dict[str, Any] | None = told["data"]["node"]
        return node


def _shown(node: Mapping[str, Any]) -> Iterator[str]:
    """What is there of a thing, one by one."""
    for name, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield f"{name}: {one}"


def _wholes(node: Mapping[str, Any]) -> Iterator[UUID]:
    """What a thing is part of, and what that is part of, as far as the viewer may read it."""
    wholes: list[dict[str, Any] | None] = [node.get("case"), node.get("subject")]
    for whole in wholes:
        found = split(whole["id"]) if whole else None
        if whole and found:
            yield found[1]
            yield from _wholes(whole)


@dataclass(slots=True)
class _Once:
    result: Result | None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Result:
        result, self.result = self.result, None
        if result is None:
            raise StopAsyncIteration
        return result

    def close(self) -> None:
        self.result = None


@dataclass(slots=True)
class _Events:
    operations: Operations
    headers: Headers
    document: Document
    body: RequestBody
    followed: Following
    over: bool = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Result:
        if self.over:
            raise StopAsyncIteration
        try:
            while True:
                row = await anext(self.followed)
                if self.followed.topic.happening is Happening.CHANGED:
                    if not await self._is_there():
                        return self._last(Ended("NOT_FOUND", _NO_LONGER))
                    if not self.followed.learns(row):
                        continue
                found = row and await self.operations.event(row, self.headers, self.document, self.body)
                if found:
                    return found
                if not await self._is_there():
                    return self._last(Ended("NOT_FOUND", _NO_LONGER))
        except (Ended, Refused) as reason:
            return self._last(reason)

    async def _is_there(self) -> bool:
        return await self.operations.is_there(self.headers, self.followed)

    def _last(self, reason: Ended | Refused) -> Result:
        self.over = True
        self.close()
        return _last(reason)

    def close(self) -> None:
        self.followed.close()


def _nothing() -> _Once:
    return _Once(Result(encode(formatted(ExecutionResult(None, [Gone()]))), ran=False))


def _last(reason: Ended | Refused) -> Result:
    errors = [{"message": str(reason), "extensions": {"code": reason.code}}]
    return Result(encode({"errors": errors}), ended=reason.code)
