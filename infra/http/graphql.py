"""GraphQL over HTTP, thin: read the request, take the document from its cache, execute, hand the bytes on."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from graphql import ExecutionResult, GraphQLSchema, OperationType, execute
from litestar.types import HTTPScope, Receive, Send, WebSocketScope

from infra.http import asker
from infra.http.conditional import Answer, kept
from infra.http.documents import Document, Documents, Operation
from infra.http.failures import unavailable
from infra.http.graphiql import GRAPHIQL_POLICY
from infra.http.leaving import ClientLeft, WhileWanted
from infra.http.limits import Limits
from infra.http.negotiation import HTML_TYPE, JSON_TYPE, answer_type, status_of, wants_page
from infra.http.refusal import Refused
from infra.http.request import RequestBody, asked, posted
from infra.http.results import formatted
from infra.http.scopes import check_reads
from infra.http.trusted import find_trusted
from infra.http.wire import encode, refusal, respond
from infra.identity.identity import Identity
from infra.identity.refusals import Refusals
from infra.postgres.away import is_away
from infra.postgres.breadth import Breadth
from schema.compiler.run import Context, Database, RawExecutor
from schema.languages import wanted
from services.denials import Denial, denials
from services.organisations.sign_ins import Denied, RefusedSignIn
from services.ports import Ports
from services.viewer import Viewer

logger = logging.getLogger("serra.http")


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
        if self.page and scope["method"] == "GET" and wants_page(headers.get(b"accept", b"").decode("latin-1")):
            await respond(send, 200, HTML_TYPE, self.page, {"Content-Security-Policy": GRAPHIQL_POLICY})
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
                return await posted(headers, receive, self.largest_body)
            case "GET":
                return asked(scope["query_string"])
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
        document = await self.document(headers, body)
        unanswered = status_of(media_type, has_data=False)
        if document.node is None:
            return Answer(unanswered, encode({"errors": [e.formatted for e in document.errors]}), {})
        operation = document.operations.get(body.operation_name)
        kind = operation.kind if operation else None
        if scope.get("method") == "GET" and kind is OperationType.MUTATION:
            raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation is sent by POST.", {"Allow": "POST"})
        if kind is OperationType.SUBSCRIPTION:
            raise Refused(406, "NOT_ACCEPTABLE", "Subscribe over WebSocket, or with «Accept: text/event-stream».")
        context = await self.context(headers, document, operation)
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

    async def document(self, headers: Mapping[bytes, bytes], body: RequestBody) -> Document:
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
        known = self.documents.known(body.query)
        if known is None:
            self.limits.admit_document(body.query, self.client(await self.viewer(headers)))
        return known or self.documents.get(body.query)

    def client(self, viewer: Viewer) -> UUID | str:
        """Whose budget it is: the person's, or that of an anonymous client's address."""
        return viewer.person or asker.address.get()

    async def viewer(self, headers: Mapping[bytes, bytes]) -> Viewer:
        """Who asks, looked up now and within the deadline. Raises Refused, also where the database is away."""
        try:
            async with WhileWanted(self.deadline, None):
                return await self._looked_up(headers)
        except TimeoutError:
            raise self._too_long() from None

    async def _looked_up(self, headers: Mapping[bytes, bytes]) -> Viewer:
        try:
            return await self.identity.viewer(headers)
        except Exception as error:
            if not is_away(error):
                raise
            logger.warning("The database is away: %r", error)
            raise unavailable() from None

    async def context(
        self, headers: Mapping[bytes, bytes], document: Document, operation: Operation | None = None
    ) -> Context:
        """What an operation knows; without one, what reads. Raises Refused, also where its token may not do it."""
        viewer = await self.viewer(headers)
        check_reads(viewer, operation.kind if operation else None, operation.further if operation else None)
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
        except Refused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
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
