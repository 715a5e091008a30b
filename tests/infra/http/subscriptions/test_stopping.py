"""A server that is told to stop."""

import asyncio
import signal
import time
from collections.abc import Callable

import httpx
import psutil
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from infra.embedded import EmbeddedServers
from infra.parts import Parts
from infra.postgres.database import Database
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.infra.http.subscriptions.conftest import LIMITS, apart, serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse, streamed

As = Callable[[str | None], Client]


async def test_clients_hear_why_and_the_server_does_not_wait_for_them(
    as_: As, network: SmallNetwork, servers: EmbeddedServers, service_url: str
) -> None:
    """SIGTERM closes WebSockets with 1001, busy or idle, and ends event streams; nothing is said to be complete.

    Clients that were not told that their operation is complete run it again at the next server.
    """
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    with apart(servers, service_url) as (address, process):
        async with (
            converse(address) as idle,
            connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as mute,
            converse(address, network.olen_editor) as busy,
            streamed(address, network.olen_editor, COMMENTS, id=case_id) as events,
        ):
            await busy.follow(COMMENTS, id=case_id)
            began = time.monotonic()
            process.terminate()
            code, reason = await busy.closed()
            assert (code, reason) == (1001, "This server stops. Subscribe again.")
            assert (await idle.closed())[0] == 1001
            await asyncio.wait_for(mute.wait_closed(), 5)
            assert mute.close_code == 1001
            said = [line async for line in events.lines if line]
            assert said[-1] == ": This server stops. Subscribe again."
            assert not [line for line in said if line.startswith("event:")]
        await asyncio.to_thread(process.wait, 10)
        assert time.monotonic() - began < 6
        assert process.returncode == 0


async def test_ctrl_c_says_goodbye_too(clean: Database, servers: EmbeddedServers, service_url: str) -> None:
    """SIGINT, which a terminal sends to the server and to the processes that answer at once, closes with 1001 too."""
    with apart(servers, service_url) as (address, process):
        async with converse(address) as idle:
            server = psutil.Process(process.pid)
            for one in (*server.children(recursive=True), server):
                one.send_signal(signal.SIGINT)
            assert (await idle.closed())[0] == 1001
        await asyncio.to_thread(process.wait, 10)
        assert process.returncode == 0


async def test_a_stream_that_begins_too_late_is_refused(parts: Parts) -> None:
    """Who asks for events at a server that stops gets 503, and asks the next one."""
    async with serving(parts, LIMITS) as address, httpx.AsyncClient() as client:
        await parts.database.changes._listeners[-1].end()  # this server's, and no other's
        response = await client.post(
            f"http://{address}/graphql", json={"query": "{ __typename }"}, headers={"Accept": "text/event-stream"}
        )
        assert response.status_code == 503
        assert response.json()["errors"][0]["extensions"] == {"code": "GOING_AWAY"}
