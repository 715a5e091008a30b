"""The web application: everything wired together."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from litestar import Litestar, Response, asgi, get
from litestar.types import Receive, Scope, Send

from infra.http.documents import Documents
from infra.http.graphql import GraphQLOverHTTP
from infra.identity.tokens import Tokens
from infra.jobs.queue import TransactionalQueue
from infra.postgres.database import Database
from schema import schema
from services.log import use_queue
from services.ports import Ports

REQUEST_SECONDS = 15.0
LARGEST_BODY = 1024 * 1024


def application(
    database: Database,
    ports: Ports,
    *,
    largest_body: int = LARGEST_BODY,
    request_seconds: float = REQUEST_SECONDS,
    lifespan: Callable[[Litestar], AbstractAsyncContextManager[None]] | None = None,
) -> Litestar:
    """The application over parts that are already open."""
    use_queue(TransactionalQueue())
    endpoint = GraphQLOverHTTP(
        schema=schema,
        documents=Documents(schema),
        database=database,
        tokens=Tokens(),
        ports=ports,
        largest_body=largest_body,
        deadline=request_seconds,
    )

    @asgi("/graphql", copy_scope=False)
    async def graphql(scope: Scope, receive: Receive, send: Send) -> None:
        await endpoint(scope, receive, send)

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "alive"}

    @get("/health/ready")
    async def ready() -> Response[dict[str, bool]]:
        parts = {
            "postgres": await database.healthy(),
            "files": await ports.files.healthy(),
            "search": await ports.search.healthy(),
        }
        return Response(parts, status_code=200 if parts["postgres"] and parts["files"] else 503)

    return Litestar(
        [graphql, live, ready],
        lifespan=[lifespan] if lifespan else [],
        openapi_config=None,
        logging_config=None,
    )
