"""Real servers on real ports: one in this process, another in a process of its own, both on one database."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from granian.constants import Interfaces
from granian.server.embed import Server
from pydantic import SecretStr

from infra.asgi import application
from infra.embedded import EmbeddedServers
from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.database import Database
from infra.settings import Settings
from services.ports import Ports
from tests.end_to_end.running import free_port
from tests.infra.http.subscriptions.talking import Conversation, converse

_ROOT = Path(__file__).parents[4]
LIMITS = StreamLimits(
    operations=3, connections=3, anonymous=3, waiting=20, greeting=0.4, sending=2.0, silence=0.3, belief=1.0
)
"""Small enough for a test to reach."""


@contextlib.asynccontextmanager
async def serving(parts: Parts, limits: StreamLimits, **settings: Any) -> AsyncIterator[str]:
    """Serve in this process; gives the address."""
    port = free_port()
    served: Any = application(parts, _settings(**settings), limits)
    server = Server(served, port=port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.create_task(server.serve())
    address = f"127.0.0.1:{port}"
    await _until_live(address)
    yield address
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.gather(task, return_exceptions=True)


def _settings(**given: Any) -> Settings:
    """Settings by which a server that outlives a test writes nothing into the log of the next."""
    return Settings(secret=SecretStr("x" * 32), refusals_every_seconds=3600, **given)


@pytest.fixture(scope="session")
def parts(open_database: Database, ports: Ports) -> Parts:
    """What a server in this process stands on."""
    return Parts(open_database, ports)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def here(parts: Parts) -> AsyncIterator[str]:
    """The address of a server in this process, with the limits above."""
    async with serving(parts, LIMITS) as address:
        yield address


@pytest.fixture(scope="session")
def there(servers: EmbeddedServers, service_url: str) -> Iterator[str]:
    """The address of a server in a process of its own."""
    with apart(servers, service_url) as (address, _):
        yield address


@contextlib.contextmanager
def apart(servers: EmbeddedServers, service_url: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Serve as `serra serve` does; gives the address and the process, which is stopped at the end."""
    port = free_port()
    s3 = servers.s3
    given = {
        "SERRA_ENVIRONMENT": "production",
        "SERRA_DATABASE_URL": service_url,
        "SERRA_S3_ENDPOINT": s3.endpoint,
        "SERRA_S3_BUCKET": s3.bucket,
        "SERRA_S3_ACCESS_KEY": s3.access_key,
        "SERRA_S3_SECRET_KEY": s3.secret_key,
        "SERRA_SECRET": "x" * 32,
        "SERRA_REFUSALS_EVERY_SECONDS": "3600",
        "SERRA_PORT": str(port),
        "PYTHONPATH": str(_ROOT),
    }
    code = (
        "from infra.serve import serve_with; from infra.environment import load_settings; serve_with(load_settings())"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=_ROOT, env={**os.environ, **given})
    address = f"127.0.0.1:{port}"
    try:
        _wait_until_live(address)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=20)


async def _until_live(address: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(f"http://{address}/health/live")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError(f"Nothing answers at {address}.")


def _wait_until_live(address: str) -> None:
    for _ in range(200):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://{address}/health/live").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"Nothing answers at {address}.")


Talk = Callable[..., contextlib.AbstractAsyncContextManager[Conversation]]


@pytest.fixture
def talk(here: str, clean: Database) -> Talk:
    """Opens a conversation over WebSocket with the server in this process: `talk(network.olen_editor)`."""
    return lambda token=None, **options: converse(here, token, **options)
