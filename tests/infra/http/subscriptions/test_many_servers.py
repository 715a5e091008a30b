"""Any number of servers on one database; PostgreSQL that goes away; clients that do not read."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from infra.http.subscriptions.following import Ended, Hub
from infra.identity.tokens import Tokens
from infra.parts import Parts
from infra.postgres.changes import Changes
from infra.postgres.database import Database
from infra.postgres.roles import AS_SERVICE
from schema.compiler.follow import Happening, Topic
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin
from tests.infra.http.subscriptions.conftest import LIMITS, Talk, serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse, streamed

As = Callable[[str | None], Client]
SHARED = {"networks": ["learning"]}
LEFT = {"network": "learning", "organisation": "olen"}


async def test_a_comment_made_at_one_server_arrives_at_another(as_: As, network: SmallNetwork, there: str) -> None:
    """An event is heard whichever server the write and the subscription are with, over either protocol."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with (
        converse(there, network.olen_editor) as socket,
        streamed(there, network.olen_reader, COMMENTS, id=case_id) as events,
    ):
        await socket.follow(COMMENTS, id=case_id)
        await commented(as_(network.reviewer), case_id, "From afar")
        assert (await socket.next())["commentAdded"]["body"] == "From afar"
        assert (await events.hear())[1]["data"]["commentAdded"]["body"] == "From afar"


async def test_what_is_lost_at_one_server_is_lost_at_another(as_: As, network: SmallNetwork, there: str) -> None:
    """Leaving a network at one server cuts the subscriptions at another within a second, and nothing slips through."""
    case_id = await published_case(as_(network.pes_editor), owner="arbetsformedlingen", audience=SHARED)
    admin = as_(await olen_admin(network))
    async with converse(there, network.olen_reader) as socket:
        await socket.follow(COMMENTS, id=case_id)
        await commented(as_(network.reviewer), case_id, "Before")  # its viewer is remembered from now on
        assert (await socket.next())["commentAdded"]["body"] == "Before"
        began = time.monotonic()
        await admin.do("removeNetworkMember", LEFT, "network { slug }")
        await commented(as_(network.reviewer), case_id, "After")
        assert await socket.ended() == "NOT_FOUND"
        assert time.monotonic() - began < 1


async def test_a_server_that_lost_its_connection_catches_up(
    as_: As, network: SmallNetwork, talk: Talk, clean: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """What was committed while nobody listened is told once the connection is back, once and in order."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'serra-changes'"
    caplog.set_level(logging.CRITICAL, "serra.changes")
    async with talk() as socket:
        await socket.follow(COMMENTS, id=case_id)
        await commented(as_(network.reviewer), case_id, "1")
        await clean.pool.execute(end)
        for number in "234":
            await commented(as_(network.reviewer), case_id, number)
        await asyncio.sleep(0.5)
        await commented(as_(network.reviewer), case_id, "5")
        heard = [(await socket.next())["commentAdded"]["body"] for _ in range(5)]
        assert heard == list("12345")
        assert await socket.hears_nothing()


async def test_one_connection_listens_for_all(as_: As, network: SmallNetwork, talk: Talk, clean: Database) -> None:
    """However many subscriptions there are, a process holds one connection for them."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    count = "select count(*) from pg_stat_activity where application_name = 'serra-changes' and pid <> all($1::int[])"
    async with talk() as first, talk(network.reviewer) as second:
        pids = await clean.pool.fetch("select pid from pg_stat_activity where application_name = 'serra-changes'")
        for number in range(LIMITS.operations):
            await first.follow(COMMENTS, str(number), id=case_id)
            await second.follow(COMMENTS, str(number), id=case_id)
        assert await clean.pool.fetchval(count, [row["pid"] for row in pids]) <= (0 if pids else 1)


@pytest.mark.parametrize(
    ("waiting", "sending"), [(20, 60.0), (1_000, 0.5)], ids=["its events gather", "its socket is full"]
)
async def test_who_does_not_read_is_dropped(
    as_: As, network: SmallNetwork, parts: Parts, waiting: int, sending: float
) -> None:
    """Events do not gather without end for a client that reads nothing; others get theirs meanwhile.

    While the server can still speak to it, it says why; when it cannot for too long, it breaks off.
    """
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    long = " ".join(f"b{number}: body" for number in range(50))
    query = f"subscription ($id: ID!) {{ commentAdded(subject: $id) {{ {long} }} }}"
    reviewer = as_(network.reviewer)
    limits = replace(LIMITS, silence=60.0, waiting=waiting, sending=sending)
    async with (
        serving(parts, limits) as address,
        converse(address, max_queue=1, max_size=None) as lazy,
        converse(address, network.olen_editor) as eager,
    ):
        await lazy.follow(query, id=case_id)
        await eager.follow(COMMENTS, id=case_id)
        for number in range(60):
            await commented(reviewer, case_id, f"{number} " + "x" * 9_900)
            assert (await eager.next())["commentAdded"]["body"].startswith(f"{number} ")
        await asyncio.sleep(2 * min(sending, 1.0))
        heard = []
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(5):
                while True:
                    heard += [json.loads(await lazy.socket.recv())]
        whole = [message for message in heard if message["type"] == "next" and "data" in message["payload"]]
        assert len(whole) < 60
        if sending > 1:
            reason, end = heard[-2:]
            assert reason["payload"]["errors"][0]["extensions"] == {"code": "SLOW_CLIENT"}
            assert end["type"] == "complete"
        else:
            assert lazy.socket.state is State.CLOSED


async def test_a_process_that_stops_says_so(as_: As, network: SmallNetwork, service_url: str) -> None:
    """When a process closes its database, whoever follows something there is told to subscribe again."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    changes = Changes(lambda: asyncpg.connect(service_url, server_settings=AS_SERVICE))
    hub = Hub(changes, Tokens(), LIMITS)
    case = UUID(case_id.rpartition("_")[2])
    followed = await hub.follow(Topic(Happening.CHANGED, case), case_id)
    await changes.aclose()
    with pytest.raises(Ended) as ended:
        await anext(followed)
    assert ended.value.code == "GOING_AWAY"
