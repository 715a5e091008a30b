"""`serra run`: everything on one machine, in one process beside its servers."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, NoReturn, TypeVar

from granian.constants import Interfaces
from granian.server.embed import Server
from pydantic import SecretStr

from infra.asgi import application
from infra.beside import leave_note
from infra.demo.load import load_demo, steward_token
from infra.embedded import EmbeddedError, EmbeddedServers, port_is_free, start_embedded
from infra.parts import Parts, open_parts
from infra.postgres.migrate import MigrationFailed, migrate
from infra.postgres.roles import open_service_role
from infra.settings import Settings
from infra.worker import always_working

Say = Callable[[str], None]
T = TypeVar("T")

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound

TRY_FIRST = """\
query {
  search(query: "co-creation with customers", languages: [en], first: 3) {
    totalCount
    edges { node { __typename ... on Case { slug title { text } } } }
  }
}"""


class RunFailed(Exception):
    """Something is in the way; the message says what, and what to do."""


async def run_everything(settings: Settings, say: Say) -> None:
    """Start the servers that the settings do not name, migrate, serve, work, load the demo; until told to stop."""
    if not port_is_free(settings.host, settings.port):
        raise RunFailed(
            f"Port {settings.port} of {settings.host} is in use. End what runs there, or choose another:"
            f" SERRA_PORT={settings.port + 1} make run"
        )
    # It tells of a database that is away with a traceback for each connection; we tell of it once.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    # Not the task's own: however often it is told to stop, what it opened is closed whole.
    async with AsyncExitStack() as stack:
        running = asyncio.create_task(_run(settings, say, stack), name="serra-run")

        def stop() -> None:
            if running.cancel():
                say("\nStopping …")

        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _run(settings: Settings, say: Say, stack: AsyncExitStack) -> NoReturn:
    """Until cancelled; what it opens is the stack's to close. Raises RunFailed."""
    steps = Steps(say)
    servers, lost = await _servers(settings, stack, steps)
    try:
        settings = await steps.take("The database is up to date", _up_to_date(_with(settings, servers)))
    except MigrationFailed as error:
        raise RunFailed(f"The database could not be brought up to date: {error}") from None
    if servers:
        stack.callback(leave_note(settings, servers.pids["supervisor"]).unlink, missing_ok=True)
    parts = await stack.enter_async_context(open_parts(settings))
    serving = await _serve(parts, settings, stack)
    await stack.enter_async_context(always_working(parts.database, parts.ports))
    await steps.take("The demo is loaded", _load_demo(settings, say))
    _greet(settings, say)
    ends: set[asyncio.Future[Any]] = {serving, lost}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if lost.done():
        raise RunFailed(lost.result())
    raise RunFailed("The service ended by itself; what it said above tells why.")


class Steps:
    """Tells each step when it is done, and how long it took."""

    def __init__(self, say: Say) -> None:
        self.say = say

    async def take(self, name: str, work: Awaitable[T]) -> T:
        """Await the work and say so."""
        started = time.perf_counter()
        result = await work
        self.say(f"✓ {name} ({time.perf_counter() - started:.1f} s)")
        return result


async def _servers(
    settings: Settings, stack: AsyncExitStack, steps: Steps
) -> "tuple[EmbeddedServers | None, asyncio.Future[str]]":
    """The servers that the settings leave to us, and why they are gone for good, once they are."""
    loop = asyncio.get_running_loop()
    lost: asyncio.Future[str] = loop.create_future()
    if settings.database_url and settings.s3_endpoint:
        return None, lost
    if settings.database_url or settings.s3_endpoint:
        raise RunFailed("Set both SERRA_DATABASE_URL and SERRA_S3_ENDPOINT, or neither.")

    def lose(why: str) -> None:
        if not lost.done():
            lost.set_result(why)

    def heard(why: str) -> None:
        loop.call_soon_threadsafe(lose, why)

    starting = asyncio.to_thread(start_embedded, settings.data, report=steps.say, lost=heard)
    try:
        servers = await steps.take("PostgreSQL and the file store are up", starting)
    except EmbeddedError as error:
        raise RunFailed(str(error)) from None
    stack.callback(servers.stop)
    return servers, lost


def _with(settings: Settings, servers: EmbeddedServers | None) -> Settings:
    """The settings with the addresses of the servers."""
    if servers is None:
        return settings
    return settings.model_copy(
        update={
            "database_owner_url": servers.database_url,
            "s3_endpoint": servers.s3.endpoint,
            "s3_region": servers.s3.region,
            "s3_bucket": servers.s3.bucket,
            "s3_access_key": servers.s3.access_key,
            "s3_secret_key": SecretStr(servers.s3.secret_key),
        }
    )


async def _up_to_date(settings: Settings) -> Settings:
    """Migrate as the owner. The settings with the service's own address, where the database is the embedded one."""
    owner = settings.database_owner_url or settings.database_url or ""
    await migrate(owner)
    return (
        settings
        if settings.database_url
        else settings.model_copy(update={"database_url": await open_service_role(owner)})
    )


async def _serve(parts: Parts, settings: Settings, stack: AsyncExitStack) -> "asyncio.Task[None]":
    """Serve in this process, and wait until the port answers."""
    server = Server(
        application(parts, settings),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    task = asyncio.create_task(server.serve(), name="serra-http")

    async def end() -> None:
        await parts.database.changes.aclose()  # ends the subscriptions, which would else keep the server waiting
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    for _ in range(500):
        if task.done() or not port_is_free(settings.host, settings.port):
            break
        await asyncio.sleep(0.01)
    return task


async def _load_demo(settings: Settings, say: Say) -> None:
    steward = await steward_token(settings.data)
    host = "127.0.0.1" if settings.host in _EVERY_ADDRESS else settings.host
    await load_demo(f"http://{host}:{settings.port}", steward, settings.data, lambda line: say(f"    {line}"))


def _greet(settings: Settings, say: Say) -> None:
    say(
        f"""
Serra runs at {settings.public_url}

  GraphiQL   {settings.public_url}/graphql
  Tokens     {settings.data / "demo.json"} (lab_editor, municipality_reader, peer_reviewer, outsider, admin)
  Stop       Ctrl-C

Try this first, in GraphiQL:

{TRY_FIRST}
"""
    )
