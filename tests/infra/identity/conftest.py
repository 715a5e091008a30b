"""Installations to sign in at, and an issuer that can be told to err."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.parts import Parts
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation

Install = Callable[..., Installation]


@pytest_asyncio.fixture(loop_scope="session")
async def install(open_database: Database, ports: Ports) -> AsyncIterator[Install]:
    """An installation with settings of a test's own: `install(public_url="https://serra.example")`."""
    async with AsyncExitStack() as stack:

        def start(**settings: Any) -> Installation:
            known = Settings(secret=SecretStr("k" * 32), **settings)
            app = application(Parts(open_database, ports), known)
            app.identity.signing_in.directory.pause = 0.2
            app.identity.signing_in.directory.questions.seconds = 1.0
            return Installation(app, known.public_url, open_database.pool, stack.push_async_callback)

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def serra(install: Install, network: SmallNetwork) -> Installation:
    """An installation as it is for development, with the small network in it."""
    return install()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(serra: Installation) -> Browser:
    """A browser that has asked nothing yet."""
    return serra.browser()


@pytest_asyncio.fixture(loop_scope="session")
async def admin(serra: Installation, network: SmallNetwork) -> Client:
    """Asks as an ADMIN of Olen."""
    return serra.client(await olen_admin(network))


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer on this machine that does as it is told."""
    with Issuer() as running:
        yield running
