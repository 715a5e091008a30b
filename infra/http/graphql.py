"""GraphQL over HTTP, thin: read the request, take the document from its cache, execute, hand the bytes on."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, execute
from litestar.types import HTTPScope, Receive, Send, WebSocketScope

from infra.http import asker
from infra.http.conditional import Answer, kept
from infra.http.documents import Document, Documents, Operation
from infra.http.graphiql import GRAPHIQL_POLICY
from infra.http.leaving import ClientLeft, WhileWanted
from infra.http.limits import Limits
from infra.http.negotiation import JSON_TYPE, answer_type, status_of
from infra.http.refusal import Refused
from infra.http.trusted import find_trusted
from infra.identity.identity import Identity
from infra.identity.refusals import Refusals
from infra.postgres.breadth import Breadth
from schema.compiler.run import Context, Database, RawExecutor
from schema.languages import wanted
from services.denials import Denial, denials
from services.errors import NotSignedIn
from services.organisations.sign_ins import Denied, RefusedSignIn
from services.ports import Ports
from services.viewer import Viewer

logger = logging.getLogger("serra.http")
encode = msgspec.json.Encoder(enc_hook=str).encode


class RequestBody(msgspec.Struct, rename="camel"):
    """The parameters of a GraphQL request; those it does not know are passed over."""

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(RequestBody).decode


@dataclass(slots=True)
class GraphQLOverHTTP:
    """The endpoint, as an ASGI application."""

    schema: GraphQLSchema
    documents: Documents
    trusted: Mapping[str, Document]
    limits: Limits
    database: Database
    breadth: Breadth
    identity: Identity
    refusals: Refusals
    ports: Ports
    largest_body: int
    deadline: float
    threshold: int
    trusted_only: bool = False
    page: bytes | None = None
    public_url: str = ""

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        media_type = JSON_TYPE
        if self.page and scope["method"] == "GET" and b"text/html" in headers.get(b"accept", b""):
            await respond(send, 200, "text/html", self.page, {"Content-Security-Policy": GRAPHIQL_POLICY})
            return
        try:
            media_type = _negotiated(headers)
            body = await self.request(scope, headers, receive)
            answer = await self.answer(scope, headers, body, media_type, receive)
        except ClientLeft:
            return
        except Refused as refused:
            answer = Answer(refused.status, refusal(refused), refused.headers)
        if scope["method"] == "GET":
            answer = kept(answer, media_type, headers.get(b"if-none-match", b"").decode("latin-1"))
        await respond(send, answer.status, media_type, answer.body, answer.headers)

    # -- the request -----------------------------------------------------------------------------------------------

    async def request(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive) -> RequestBody:
        """The request of a GET or a POST. Raises Refused."""
        match scope["method"]:
            case "POST":
                return await self._posted(headers, receive)
            case "GET":
                return _asked(scope["query_string"])
            case "PUT":
                raise Refused(
                    405,
                    "METHOD_NOT_ALLOWED",
                    "graphql-sse is served in its distinct connections mode: set `singleConnection: false`.",
                    {"Allow": "GET, POST"},
                )
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
        if b"\\u0000" in body:
            _check_variables(request)
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

    async def answer(
        self,
        scope: HTTPScope | WebSocketScope,
        headers: Mapping[bytes, bytes],
        body: RequestBody,
        media_type: str,
        receive: Receive | None = None,
    ) -> Answer:
        """The answer to an operation that has one. Raises Refused, and ClientLeft where `receive` is given."""
        document = self.document(body)
        unanswered = status_of(media_type, has_data=False)
        if document.node is None:
            return Answer(unanswered, encode({"errors": [e.formatted for e in document.errors]}), {})
        operation = document.operations.get(body.operation_name)
        kind = operation.kind if operation else None
        if scope.get("method") == "GET" and kind is OperationType.MUTATION:
            raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation is sent by POST.", {"Allow": "POST"})
        if kind is OperationType.SUBSCRIPTION:
            raise Refused(406, "NOT_ACCEPTABLE", "Subscribe over WebSocket, or with «Accept: text/event-stream».")
        try:
            async with WhileWanted(self.deadline, None):
                context = await self.context(headers, document)
        except TimeoutError:
            raise self._too_long() from None
        admitted = None
        if operation:  # else the executor says what is wrong with the name
            client = self.client(context.viewer)
            admitted = self.limits.admit(operation.weight, body.variables or {}, client, unanswered)
        with denials() as denied:
            told, has_data = await self.told(document, body, context, receive)
        self._note(denied, context.viewer, operation)
        if admitted:
            told["extensions"] = {"cost": self.limits.told(admitted)}
        status = status_of(media_type, has_data=has_data)
        return Answer(status, encode(told), self.limits.headers(admitted) if admitted else {})

    async def told(
        self, document: Document, body: RequestBody, context: Context, receive: Receive | None = None
    ) -> tuple[dict[str, Any], bool]:
        """What an operation answers and whether that is data: within the deadline, as long as its client stays.

        Raises Refused and ClientLeft.
        """
        operation = document.operations.get(body.operation_name)
        # What somebody saved stays saved though their train enters a tunnel: only reading is ended with its reader.
        reads = operation is not None and operation.kind is OperationType.QUERY
        try:
            async with WhileWanted(self.deadline, receive if reads else None):
                if operation and operation.short:
                    data = await operation.short.answer(body.variables or {}, context)
                    if data is not None:
                        return {"data": msgspec.Raw(data)}, True
                result = await self._execute(document, body, context)
        except TimeoutError:
            raise self._too_long() from None
        told = formatted(result) if context.viewer.person else self._formatted_for_nobody(result)
        return told, result.data is not None

    def _too_long(self) -> Refused:
        return Refused(504, "DEADLINE", f"This took longer than {self.deadline:g} seconds. Ask for less.")

    def document(self, body: RequestBody) -> Document:
        """The document that a request names or brings along. Raises Refused."""
        if body.document_id is not None:
            if body.query is not None:
                raise Refused(400, "BAD_REQUEST", "Send either `query` or `documentId`, not both.")
            return find_trusted(self.trusted, body.document_id)
        if self.trusted_only:
            raise Refused(
                403,
                "TRUSTED_DOCUMENTS_ONLY",
                "Only documents that were registered beforehand are run here: send the `documentId` of one.",
            )
        if not body.query:
            raise Refused(400, "BAD_REQUEST", "Send the document in the parameter `query`.")
        return self.documents.get(body.query)

    def client(self, viewer: Viewer) -> UUID | str:
        """Whose budget it is: the person's, or that of an anonymous client's address."""
        return viewer.person or asker.address.get()

    async def viewer(self, headers: Mapping[bytes, bytes]) -> Viewer:
        """Who asks, looked up now. Raises Refused."""
        return await self.identity.viewer(headers)

    async def context(self, headers: Mapping[bytes, bytes], document: Document) -> Context:
        """What an operation knows. Raises Refused."""
        viewer = await self.viewer(headers)
        return Context(
            viewer=viewer,
            languages=wanted(headers.get(b"accept-language", b"").decode("latin-1")),
            database=self.database,
            plans=document.plans,
            threshold=self.threshold,
            ports=self.ports,
            reads_little=await self.breadth.reads_little(viewer.keyring),
            public_url=self.public_url,
        )

    def _note(self, denied: Iterable[Denial], viewer: Viewer, operation: Operation | None) -> None:
        for denial in denied:
            mutations = operation.fields if operation else ()
            self.refusals.note(Denied(viewer.person, mutations, denial.organisation, denial.why))

    def _formatted_for_nobody(self, result: ExecutionResult) -> dict[str, Any]:
        try:
            return formatted(result)
        except Refused:
            self.refusals.note(RefusedSignIn(asker.address.get()))
            raise

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


def refusal(refused: Refused) -> bytes:
    """The body that tells of it."""
    return encode({"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]})


async def respond(send: Send, status: int, media_type: str, body: bytes, extra: Mapping[str, str]) -> None:
    """Send a whole response."""
    headers: list[tuple[bytes, bytes]] = []
    if status != HTTPStatus.NOT_MODIFIED:
        headers.append((b"content-type", f"{media_type}; charset=utf-8".encode()))
        headers.append((b"content-length", str(len(body)).encode()))
    if "Cache-Control" not in extra:
        headers.append((b"cache-control", b"private, no-store"))
    headers.extend((name.lower().encode(), value.encode()) for name, value in extra.items())
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def has_nul(value: Any) -> bool:
    """PostgreSQL stores no NUL, so none is let in."""
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(has_nul(item) for pair in value.items() for item in pair)
        case list():
            return any(map(has_nul, value))
        case _:
            return False


def _asked(query_string: bytes) -> RequestBody:
    given = {
        name: values[-1] for name, values in parse_qs(query_string.decode("latin-1"), keep_blank_values=True).items()
    }
    try:
        request = RequestBody(
            query=given.get("query"),
            document_id=given.get("documentId"),
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
    _check_variables(request)
    return request


def _check_variables(request: RequestBody) -> None:
    if has_nul(request.variables):
        raise Refused(400, "BAD_REQUEST", "A text must not contain the character NUL.")


def formatted(result: ExecutionResult) -> dict[str, Any]:
    """A result as it is sent, what is none of the client's business masked. Raises Refused where it takes a person."""
    if not result.errors:
        return {"data": result.data}
    for error in result.errors:
        if isinstance(error.original_error, NotSignedIn):
            raise Refused(401, "UNAUTHENTICATED", str(error.original_error), {"WWW-Authenticate": "Bearer"})
    errors = [_masked(error) for error in result.errors]
    # Without `data` the request was not executed at all, and the answer says so by leaving the key out.
    return {"errors": errors} if _never_ran(result) else {"errors": errors, "data": result.data}


def _never_ran(result: ExecutionResult) -> bool:
    return result.data is None and all(error.path is None for error in result.errors or ())


def _masked(error: GraphQLError) -> dict[str, Any]:
    """What a client sees of an error: our own words, or an id under which the log has the rest."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        told = dict(error.formatted)
        told.setdefault("extensions", {"code": "BAD_USER_INPUT"})
        return told
    error_id = secrets.token_hex(6)
    logger.error("error %s", error_id, exc_info=original)
    return {
        "message": f"Something went wrong on our side. Tell us the id {error_id}.",
        "path": error.path,
        "extensions": {"code": "INTERNAL", "id": error_id},
    }
