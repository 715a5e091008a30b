"""The web application: everything wired together."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from litestar import Litestar, Response, asgi, route
from litestar.enums import ScopeType
from litestar.types import ControllerRouterHandler, Receive, Scope, Send

from infra.environment import load_settings
from infra.http.buckets import Buckets
from infra.http.documents import Documents
from infra.http.entrance import READ, entrance
from infra.http.failures import answer_to
from infra.http.front import Front
from infra.http.graphiql import graphiql_files, graphiql_page
from infra.http.graphql import GraphQLOverHTTP
from infra.http.guessing import Guessing
from infra.http.invitation import DOCUMENTS, invitation_page
from infra.http.limits import Limits
from infra.http.sign_in import BACK, DONE, SignInPages
from infra.http.subscriptions.endpoint import GraphQLEndpoint
from infra.http.subscriptions.following import Hub
from infra.http.subscriptions.limits import Connections, StreamLimits
from infra.http.subscriptions.operations import Operations
from infra.http.trusted import trusted_documents
from infra.identity.identity import identity_of
from infra.identity.refusals import Refusals
from infra.parts import Parts, open_parts
from infra.postgres.breadth import Breadth
from infra.postgres.changes import Changes
from infra.settings import Settings
from schema import catalogue, schema

ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


_COLLECTED_EVERY = 20_000
"""Objects made and not yet freed after which the youngest are looked at; Python's own number is 700."""


def application(
    parts: Parts, settings: Settings, stream_limits: StreamLimits | None = None, refusals: Refusals | None = None
) -> Front:
    """The application over parts that are already open."""
    in_development = settings.environment == "development"
    documents = Documents(catalogue)
    refusals = refusals or Refusals(settings.refusals_every_seconds)
    identity, stream_limits = identity_of(settings, refusals), stream_limits or StreamLimits()
    one_answer = GraphQLOverHTTP(
        schema=schema,
        documents=documents,
        trusted={
            **trusted_documents(settings.trusted_documents, documents.read),
            **trusted_documents(DOCUMENTS, documents.read),
        },
        limits=Limits(
            settings.node_limit,
            settings.cost_limit,
            Buckets(settings.cost_budget, settings.cost_budget_per_second),
        ),
        database=parts.database,
        breadth=Breadth(parts.database.pool),
        identity=identity,
        refusals=refusals,
        ports=replace(parts.ports, issuers=identity.issuers),
        largest_body=settings.body_limit_bytes,
        deadline=settings.request_timeout_seconds,
        threshold=settings.small_cell_threshold,
        trusted_only=settings.trusted_documents_only,
        page=graphiql_page() if in_development else None,
        public_url=settings.public_url,
    )
    hub = Hub(parts.database.changes, identity, stream_limits)
    guessing = Guessing(identity)
    endpoint = GraphQLEndpoint(Operations(one_answer, hub), Connections(stream_limits), guessing)

    sign_in_pages = SignInPages(identity, refusals, settings.request_timeout_seconds)

    @asgi(["/sign-in", DONE, "/sign-out"], copy_scope=False)
    async def sign_in(scope: Scope, receive: Receive, send: Send) -> None:
        await sign_in_pages(scope, receive, send)  # type: ignore[arg-type]  # no WebSockets are routed here

    @route("/health/live", http_method=READ, sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "alive"}

    @route("/health/ready", http_method=READ)
    async def ready() -> Response[dict[str, bool]]:
        found = {
            "postgres": await parts.database.healthy(),
            "files": await parts.ports.files.healthy(),
            "search": await parts.ports.search.healthy(),
        }
        # Search is left out: while its engine is away PostgreSQL answers in its place.
        return Response(found, status_code=200 if found["postgres"] and found["files"] else 503)

    routes: list[ControllerRouterHandler] = [
        entrance(settings.public_url, with_editor=in_development),
        sign_in,
        live,
        ready,
        invitation_page(),
    ]
    if in_development:
        routes.append(graphiql_files())
    rest = Litestar(
        routes,
        lifespan=[lambda _: refusals.writing()],
        exception_handlers={Exception: answer_to},
        openapi_config=None,
        logging_config=None,
    )

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        # Past Litestar's router: its road to a mounted application takes a seventh of a small read's time.
        path = scope.get("path", "")
        if path == "/graphql":
            await endpoint(scope, receive, send)
        elif scope["type"] == ScopeType.HTTP and path.startswith(BACK):  # that router knows no such path either
            await sign_in_pages(scope, receive, send)
        else:
            await rest(scope, receive, send)

    return Front(application, identity, guessing, settings.cors_origins, settings.proxies)


def server() -> ASGIApplication:
    """The application of a production server, which opens its own parts when it starts. Any number may run."""
    settings = load_settings()
    holder: list[ASGIApplication] = []

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with open_parts(settings) as parts:
            refusals = Refusals(settings.refusals_every_seconds)
            holder[:] = [application(parts, settings, refusals=refusals)]
            _say_goodbye_before_stopping(parts.database.changes)
            _spare_the_collector()
            async with refusals.writing():
                yield

    opening = Litestar(lifespan=[lifespan], openapi_config=None, logging_config=None)

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        await (opening if scope.get("path") is None else holder[0])(scope, receive, send)

    return server


def _spare_the_collector() -> None:
    """Leave out of each garbage collection what stays as long as the process: modules, the schema, the parts.

    A request leaves few cycles behind, so it is also looked for them less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_EVERY, 20, 20)


def _say_goodbye_before_stopping(changes: Changes) -> None:
    """End the subscriptions when SIGTERM comes, and only then let granian stop.

    Granian ends WebSockets without a word, and waits for event streams before it tells us anything. It listens for
    SIGINT as it does for SIGTERM, so it gets the one when we are done with the other. Until then SIGINT is not heard:
    Ctrl-C reaches this process and the one above it at once, and that one sends SIGTERM.
    """
    loop = asyncio.get_running_loop()
    granians = signal.signal(signal.SIGINT, signal.SIG_IGN)
    leaving: set[asyncio.Task[None]] = set()

    async def leave() -> None:
        try:
            await changes.aclose()
        finally:
            signal.signal(signal.SIGINT, granians)
            signal.raise_signal(signal.SIGINT)

    loop.add_signal_handler(signal.SIGTERM, lambda: leaving.add(loop.create_task(leave())))
