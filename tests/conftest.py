"""Real servers for the whole run, empty tables for each test, and clients that speak GraphQL over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, cast

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.embedded import EmbeddedServers, start_embedded
from infra.jobs.queue import TransactionalQueue
from infra.parts import Parts
from infra.postgres.database import Database, database
from infra.postgres.migrate import migrate
from infra.postgres.roles import open_service_role
from infra.search.postgres import PostgresSearch
from infra.settings import Settings
from infra.storage.s3 import S3FileStore
from services.log import use_queue
from services.ports import Ports
from tests.client import Client
from tests.emptying import empty
from tests.factories.network import SmallNetwork, small_network
from tests.follow_ups import drain


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """PostgreSQL and S3, started for the run and ended with it."""
    with start_embedded(tmp_path_factory.mktemp("servers"), durable=False) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service_url(servers: EmbeddedServers) -> str:
    """The migrated database's address for the service, whose role owns nothing there."""
    await migrate(servers.database_url)
    return await open_service_role(servers.database_url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_database(service_url: str) -> AsyncIterator[Database]:
    """The service's own connections to the migrated database."""
    use_queue(TransactionalQueue())
    async with database(service_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def owner(
    servers: EmbeddedServers, open_database: Database
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection of the tables' owner, for what the service may not do: see everything, and empty the log."""
    connection = await asyncpg.connect(servers.database_url, server_settings={"TimeZone": "UTC"})
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ports(servers: EmbeddedServers, open_database: Database) -> AsyncIterator[Ports]:
    """The real parts: the S3 server and PostgreSQL's search."""
    s3 = servers.s3
    files = S3FileStore(s3.endpoint, s3.region, s3.bucket, s3.access_key, s3.secret_key)
    await files.prepare()
    search = PostgresSearch(open_database.pool)
    await search.prepare()
    yield Ports(files=files, search=search)
    await files.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def clean(open_database: Database, owner: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[Database]:
    """The database with empty tables: the test's own changes are gone before the next test."""
    yield open_database
    await empty(owner)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http(open_database: Database, ports: Ports) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the application, in this process."""
    settings = Settings(secret=SecretStr("x" * 32))
    transport = httpx.ASGITransport(cast("Any", application(Parts(open_database, ports), settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://serra.test") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def loop(clean: Database) -> asyncio.AbstractEventLoop:
    """The loop that the database belongs to, for tests that drive it themselves, such as models of what may happen."""
    return asyncio.get_running_loop()


@pytest.fixture
def as_(http: httpx.AsyncClient, clean: Database) -> Callable[[str | None], Client]:
    """A client for a token: `as_(network.olen_editor)`; `as_(None)` is nobody in particular."""
    return lambda token: Client(http, token)


@pytest_asyncio.fixture(loop_scope="session")
async def network(clean: Database) -> SmallNetwork:
    """Olen, the Swedish PES and a review institute in one network, and an agency outside of it."""
    return await small_network()


@pytest.fixture
def work(open_database: Database, ports: Ports, clean: Database) -> Callable[[], Awaitable[None]]:
    """Awaited, it runs every follow-up that is due."""
    return lambda: drain(open_database, ports)
