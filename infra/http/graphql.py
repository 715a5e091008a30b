"""GraphQL over HTTP, thin: read the request, take the document from its cache, execute, hand the bytes on."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, execute
from litestar.types import HTTPScope, Receive, Send

from infra.http.documents import Document, Documents
from infra.http.negotiation import JSON_TYPE, answer_type, status_of
from infra.identity.tokens import InvalidToken, Tokens
from schema.compiler.run import Context, Database, RawExecutor
from schema.languages import wanted
from services.errors import NotSignedIn
from services.ports import Ports

logger = logging.getLogger("serra.http")
_encode = msgspec.json.Encoder(enc_hook=str).encode


class RequestBody(msgspec.Struct, rename="camel"):
    """The parameters of a GraphQL request; those it does not know are passed over."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(RequestBody).decode


class Refused(Exception):
    """A request that is answered before anything of it runs."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


@dataclass(slots=True)
class GraphQLOverHTTP:
    """The endpoint, as an ASGI application."""

    schema: GraphQLSchema
    documents: Documents
    database: Database
    tokens: Tokens
    ports: Ports
    largest_body: int
    deadline: float
    threshold: int
    page: bytes | None = None

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        media_type = JSON_TYPE
        if self.page and scope["method"] == "GET" and b"text/html" in headers.get(b"accept", b""):
            await _send(send, 200, "text/html", self.page, {})
            return
        try:
            media_type = _negotiated(headers)
            body = await self._request(scope, headers, receive)
            status, answer = await self._answer(scope["method"], headers, body, media_type)
            extra: Mapping[str, str] = {}
        except Refused as refused:
            status, extra = refused.status, refused.headers
            answer = _encode({"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]})
        await _send(send, status, media_type, answer, extra)

    # -- the request -----------------------------------------------------------------------------------------------

    async def _request(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive) -> RequestBody:
        match scope["method"]:
            case "POST":
                return await self._posted(headers, receive)
            case "GET":
                return _asked(scope["query_string"])
            case _:
                raise Refused(
                    405,
                    "METHOD_NOT_ALLOWED",
                    "Use GET for queries and POST for anything.",
                    {"Allow": "GET, POST"},
                )

    async def _posted(self, headers: Mapping[bytes, bytes], receive: Receive) -> RequestBody:
        content_type = headers.get(b"content-type", b"").decode("latin-1").lower()
        media_type, _, parameters = content_type.partition(";")
        if media_type.strip() != JSON_TYPE or ("charset=" in parameters and "utf-8" not in parameters):
            raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json in UTF-8.")
        body = await self._body(headers, receive)
        try:
            request = _decode(body)
        except msgspec.ValidationError as error:
            raise Refused(400, "BAD_REQUEST", f"The request has a parameter of the wrong type: {error}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused(400, "BAD_REQUEST", "The body is not valid JSON.") from None
        if b"\\u0000" in body and _has_nul(request.variables):
            raise Refused(400, "BAD_REQUEST", "A text must not contain the character NUL.")
        return request

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        too_large = Refused(413, "BODY_TOO_LARGE", f"A request has at most {self.largest_body} bytes.")
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.largest_body:
            raise too_large
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Refused(400, "BAD_REQUEST", "The request ended early.")
            pieces.append(message["body"])
            size += len(pieces[-1])
            if size > self.largest_body:
                raise too_large
            if not message.get("more_body"):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    # -- the answer ------------------------------------------------------------------------------------------------

    async def _answer(
        self, method: str, headers: Mapping[bytes, bytes], body: RequestBody, media_type: str
    ) -> tuple[int, bytes]:
        if not body.query:
            raise Refused(400, "BAD_REQUEST", "Send the document in the parameter `query`.")
        document = self.documents.get(body.query)
        if document.node is None:
            return status_of(media_type, has_data=False), _encode({"errors": [e.formatted for e in document.errors]})
        operation = document.operation(body.operation_name)
        if method == "GET" and operation is OperationType.MUTATION:
            raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation is sent by POST.", {"Allow": "POST"})
        context = await self._context(headers, document)
        try:
            async with asyncio.timeout(self.deadline):
                result = await self._execute(document, body, context)
            answer = _encode(_formatted(result))
        except TimeoutError:
            raise Refused(504, "DEADLINE", f"This took longer than {self.deadline:g} seconds. Ask for less.") from None
        except NotSignedIn as error:
            raise Refused(401, "UNAUTHENTICATED", str(error), {"WWW-Authenticate": "Bearer"}) from None
        return status_of(media_type, has_data=result.data is not None), answer

    async def _context(self, headers: Mapping[bytes, bytes], document: Document) -> Context:
        try:
            viewer = await self.tokens.viewer(headers.get(b"authorization", b"").decode("latin-1"))
        except InvalidToken as error:
            raise Refused(401, "UNAUTHENTICATED", str(error), {"WWW-Authenticate": "Bearer"}) from None
        return Context(
            viewer=viewer,
            languages=wanted(headers.get(b"accept-language", b"").decode("latin-1")),
            database=self.database,
            plans=document.plans,
            threshold=self.threshold,
            ports=self.ports,
        )

    async def _execute(self, document: Document, body: RequestBody, context: Context) -> ExecutionResult:
        if document.node is None:
            raise TypeError("A document that is not valid cannot run.")
        result = execute(
            self.schema,
            document.node,
            context_value=context,
            variable_values=body.variables,
            operation_name=body.operation_name,
            executor_class=RawExecutor,
        )
        return result if isinstance(result, ExecutionResult) else await result


def _negotiated(headers: Mapping[bytes, bytes]) -> str:
    found = answer_type(headers.get(b"accept", b"").decode("latin-1"))
    if found is None:
        raise Refused(406, "NOT_ACCEPTABLE", "Accept application/graphql-response+json or application/json.")
    return found


async def _send(send: Send, status: int, media_type: str, body: bytes, extra: Mapping[str, str]) -> None:
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
        *((name.lower().encode(), value.encode()) for name, value in extra.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _has_nul(value: Any) -> bool:
    """PostgreSQL stores no NUL, so none is let in."""
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(_has_nul(item) for pair in value.items() for item in pair)
        case list():
            return any(map(_has_nul, value))
        case _:
            return False


def _asked(query_string: bytes) -> RequestBody:
    given = {
        name: values[-1] for name, values in parse_qs(query_string.decode("latin-1"), keep_blank_values=True).items()
    }
    try:
        return RequestBody(
            query=given.get("query"),
            operation_name=given.get("operationName") or None,
            variables=msgspec.json.decode(given["variables"], type=dict[str, Any] | None)
            if given.get("variables")
            else None,
            extensions=msgspec.json.decode(given["extensions"], type=dict[str, Any] | None)
            if given.get("extensions")
            else None,
        )
    except msgspec.DecodeError:
        raise Refused(400, "BAD_REQUEST", "`variables` and `extensions` are JSON objects.") from None


def _formatted(result: ExecutionResult) -> dict[str, Any]:
    if not result.errors:
        return {"data": result.data}
    for error in result.errors:
        if isinstance(error.original_error, NotSignedIn):
            raise error.original_error
    errors = [_masked(error) for error in result.errors]
    # Without `data` the request was not executed at all, and the answer says so by leaving the key out.
    return {"errors": errors} if _never_ran(result) else {"errors": errors, "data": result.data}


def _never_ran(result: ExecutionResult) -> bool:
    return result.data is None and all(error.path is None for error in result.errors or ())


def _masked(error: GraphQLError) -> dict[str, Any]:
    """What a client sees of an error: our own words, or an id under which the log has the rest."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        formatted = dict(error.formatted)
        formatted.setdefault("extensions", {"code": "BAD_USER_INPUT"})
        return formatted
    error_id = secrets.token_hex(6)
    logger.error("error %s", error_id, exc_info=original)
    return {
        "message": f"Something went wrong on our side. Tell us the id {error_id}.",
        "path": error.path,
        "extensions": {"code": "INTERNAL", "id": error_id},
    }
