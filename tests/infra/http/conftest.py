"""Applications with settings of a test's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, cast

import httpx
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.parts import Parts
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports

App = Callable[..., Any]
Serve = Callable[..., httpx.AsyncClient]


@pytest_asyncio.fixture(loop_scope="session")
async def app_with(open_database: Database, ports: Ports) -> App:
    """An application: `app_with(cost_limit=1_000)`."""
    return lambda **settings: application(Parts(open_database, ports), Settings(secret=SecretStr("x" * 32), **settings))


@pytest_asyncio.fixture(loop_scope="session")
async def serve(app_with: App) -> AsyncIterator[Serve]:
    """A client of such an application, from an address of choice: `serve(address="::1", proxies=1)`."""
    async with AsyncExitStack() as stack:
        opened: list[httpx.AsyncClient] = []

        def start(address: str = "127.0.0.1", app: Any = None, **settings: Any) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(cast("Any", app or app_with(**settings)), client=(address, 1))
            accept = {"Accept": "application/graphql-response+json"}
            opened.append(httpx.AsyncClient(transport=transport, base_url="http://serra.test", headers=accept))
            stack.push_async_callback(opened[-1].aclose)
            return opened[-1]

        yield start
