"""The parts that a process works with are opened, told about and closed."""

import threading
from dataclasses import replace
from typing import Any, cast

import httpx
from pydantic import SecretStr

from infra.asgi import application
from infra.parts import Parts, open_search
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports

NOBODY_ANSWERS = Settings(secret=SecretStr("x" * 32), meili_url="http://127.0.0.1:1")


async def test_a_search_engine_that_is_away_is_said_to_be(open_database: Database, ports: Ports) -> None:
    """Readiness tells that Meilisearch does not answer, and the service is ready: PostgreSQL answers in its place."""
    async with open_search(NOBODY_ANSWERS, open_database) as search:
        parts = Parts(open_database, replace(ports, search=search))
        transport = httpx.ASGITransport(cast("Any", application(parts, NOBODY_ANSWERS)))
        async with httpx.AsyncClient(transport=transport, base_url="http://serra.test") as client:
            response = await client.get("/health/ready")

    assert response.status_code == httpx.codes.OK
    assert response.json() == {"postgres": True, "files": True, "search": False}


async def test_a_closed_search_engine_leaves_no_threads(open_database: Database) -> None:
    """The threads of Meilisearch's client end with the parts."""
    others = set(threading.enumerate())
    async with open_search(NOBODY_ANSWERS, open_database) as search:
        await search.healthy()
        opened = set(threading.enumerate()) - others
        assert {thread.name.partition("_")[0] for thread in opened} == {"meilisearch"}
    for thread in opened:
        thread.join(5)

    assert not any(thread.is_alive() for thread in opened)
