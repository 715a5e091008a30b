"""A world with something of every kind in it, made once for each module that only reads it."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest_asyncio

from infra.identity.tokens import Tokens
from infra.postgres.database import Database
from services.ports import Ports
from tests.emptying import empty
from tests.factories.network import SmallNetwork
from tests.factories.worlds import lively_network
from tests.follow_ups import drain
from tests.schema.compiler.roads import Roads, rows_of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lively(
    open_database: Database, ports: Ports, http: httpx.AsyncClient, owner: "asyncpg.Connection[asyncpg.Record]"
) -> AsyncIterator[SmallNetwork]:
    """The lively network, with its follow-ups done: it can be searched, and its people were notified."""
    made = await lively_network(http)
    await drain(open_database, ports)
    yield made
    await empty(owner)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def roads(lively: SmallNetwork, open_database: Database, ports: Ports) -> Roads:
    """The lively network, asked by nobody in particular, by a member and by an outsider."""
    tokens = Tokens()
    signed = [await tokens.viewer(f"Bearer {token}") for token in (lively.olen_editor, lively.outsider)]
    return Roads(
        rows=await rows_of(open_database),
        viewers=(await tokens.viewer(""), *signed),
        database=open_database,
        ports=ports,
    )
