"""What nobody waits for any more is ended, in PostgreSQL too."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from infra.embedded import EmbeddedServers
from infra.http.leaving import PATIENCE
from infra.postgres.database import Database
from tests.factories.network import SmallNetwork
from tests.infra.http.conftest import App, Serve

QUERY = "{ cases(first: 1) { nodes { slug } } organisations(first: 1) { nodes { slug } } }"
_WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%t1%'"


@asynccontextmanager
async def locked(
    servers: EmbeddedServers, service_url: str, tables: str = '"case", organisation'
) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """Hold tables, so that who reads them waits; a connection to watch them with."""
    holder, watcher = await asyncpg.connect(servers.database_url), await asyncpg.connect(service_url)
    try:
        async with holder.transaction():
            await holder.execute(f"lock table {tables} in access exclusive mode")
            yield watcher  # a connection of its own: within a transaction pg_stat_activity stands still
    finally:
        await holder.close()
        await watcher.close()


async def waiting(connection: "asyncpg.Connection[asyncpg.Record]", count: int, within: float = 5) -> None:
    """Wait until so many statements wait for a lock."""
    until = time.monotonic() + within
    while (found := await connection.fetchval(_WAITING)) != count:
        assert time.monotonic() < until, f"{found} statements wait, not {count}"
        await asyncio.sleep(0.02)


async def test_the_deadline_ends_the_sql(
    serve: Serve, servers: EmbeddedServers, service_url: str, clean: Database
) -> None:
    """Who asks for too much is told after the deadline, and nothing of it goes on running."""
    async with locked(servers, service_url) as watcher:
        http = serve(request_timeout_seconds=0.5)
        asked = asyncio.create_task(http.post("/graphql", json={"query": QUERY}))
        await waiting(watcher, 2)
        response = await asked
        assert response.status_code == 504
        assert response.json()["errors"][0]["extensions"]["code"] == "DEADLINE"
        await waiting(watcher, 0)


async def test_the_deadline_counts_while_it_is_looked_up_who_asks(
    serve: Serve, servers: EmbeddedServers, service_url: str, network: SmallNetwork
) -> None:
    """Whoever brings a document that nobody has sent before is told after the deadline too."""
    asked = {"query": "{ viewer { person { slug: name } } }"}
    http = serve(request_timeout_seconds=0.2)
    async with locked(servers, service_url, "personal_token"), asyncio.timeout(5):
        response = await http.post("/graphql", json=asked, headers={"Authorization": f"Bearer {network.olen_editor}"})
    assert response.status_code == 504
    assert response.json()["errors"][0]["extensions"]["code"] == "DEADLINE"


class Connection:
    """A client that asks and goes away when it is told to."""

    def __init__(self, app: Any, query: str) -> None:
        self._app, self._body = app, json.dumps({"query": query}).encode()
        self.gone = asyncio.Event()
        self.received = 0
        self.sent: list[Any] = []

    async def ask(self) -> None:
        """Ask, until the application is done."""
        headers = [(b"content-type", b"application/json"), (b"accept", b"*/*")]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("serra.test", 80),
            "state": {},
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        self.received += 1
        if self.received == 1:
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)


async def test_a_client_that_leaves_ends_the_sql(
    app_with: App, servers: EmbeddedServers, service_url: str, clean: Database
) -> None:
    """Soon after the client has gone nothing of what it asked for runs, and nothing is sent."""
    client = Connection(app_with(), QUERY)
    async with locked(servers, service_url) as watcher:
        asked = asyncio.create_task(client.ask())
        await waiting(watcher, 2)
        client.gone.set()
        await asyncio.wait_for(asked, 2)
        await waiting(watcher, 0)
    assert client.sent == []


async def test_a_client_that_stays_is_answered(
    app_with: App, servers: EmbeddedServers, service_url: str, clean: Database
) -> None:
    """An answer that takes long comes when it is ready, and the watch for leaving ends with it."""
    client = Connection(app_with(), QUERY)
    async with locked(servers, service_url) as watcher:
        asked = asyncio.create_task(client.ask())
        await waiting(watcher, 2)
        await asyncio.sleep(PATIENCE * 2)
    await asyncio.wait_for(asked, 2)
    assert client.received == 2
    assert json.loads(client.sent[-1]["body"])["data"] == {"cases": {"nodes": []}, "organisations": {"nodes": []}}


async def test_a_quick_answer_asks_nothing_more(app_with: App, clean: Database) -> None:
    """What is answered at once never asks whether its client is still there."""
    client = Connection(app_with(), "{ __typename }")
    await client.ask()
    assert client.received == 1


async def test_a_change_is_finished_though_the_client_leaves(
    app_with: App, servers: EmbeddedServers, clean: Database
) -> None:
    """A mutation is not ended with its client: what somebody saved is saved."""
    client = Connection(app_with(), 'mutation { submitCase(input: {id: "case_0"}) { userErrors { code } } }')
    client.gone.set()
    await client.ask()
    assert client.received == 1
    assert client.sent
