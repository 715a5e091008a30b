"""A limit to guessing tokens over WebSocket, which keeps nobody out but those who guess."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from infra.parts import Parts
from services.identity.sessions import open_session
from services.ids import new_id
from services.organisations.tables import Membership
from services.transaction import transaction
from services.viewer import Viewer
from tests.factories.network import SmallNetwork
from tests.infra.http.subscriptions.conftest import LIMITS, serving
from tests.infra.http.subscriptions.talking import converse

AT_ONCE = 5
OWN = "http://127.0.0.1:8000"
OPEN = (0, "")
WRONG = (4403, "Forbidden: This token is not valid: it is unknown, has expired or was revoked.")
LATER = (
    1013,
    "Too many wrong credentials came from your address, perhaps not by you. Yours were not looked at. Try again in ",
)


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(parts: Parts, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A server behind a proxy, where an address has five wrong tokens and gets none back during a test."""
    monkeypatch.setattr("infra.http.guessing._AT_ONCE", AT_ONCE)
    monkeypatch.setattr("infra.http.guessing._PER_SECOND", 0.001)
    async with serving(parts, replace(LIMITS, greeting=5.0), proxies=1, public_url=OWN) as address:
        yield address


async def told(server: str, token: str | None = None, address: str = "10.1.1.1", **headers: str) -> tuple[int, str]:
    """How the server answers `connection_init`: with which code and words it closes, the seconds cut off, or OPEN."""
    sent = {"X-Forwarded-For": address, **headers}
    async with converse(server, ready=False, additional_headers=sent, origin=Origin(OWN)) as socket:
        await socket.say(type="connection_init", payload={"Authorization": f"Bearer {token}"} if token else {})
        with suppress(ConnectionClosed):
            assert (await socket.hear())["type"] == "connection_ack"
            return OPEN
        code, words = await socket.closed()
    return code, re.sub(r"[0-9]+ s\.$", "", words)


async def guess_too_often(server: str) -> None:
    """Spend what an address has."""
    for number in range(AT_ONCE):
        assert await told(server, f"serra_{number}") == WRONG


async def test_guessing_over_websocket_is_slowed_down(guarded: str, network: SmallNetwork) -> None:
    """After many wrong tokens an address is told to wait, in the same words for a right token as for a wrong one."""
    await guess_too_often(guarded)
    assert await told(guarded, "serra_x") == LATER
    assert await told(guarded, network.outsider) == LATER
    assert await told(guarded, Authorization=f"Bearer {network.outsider}") == LATER
    assert await told(guarded, Cookie="serra=x") == LATER
    assert await told(guarded, "serra_x", "10.2.2.2") == WRONG


async def test_who_is_known_is_not_kept_out(guarded: str, network: SmallNetwork) -> None:
    """A token that was valid at an address opens WebSockets there whatever neighbours try, and so does no token."""
    assert await told(guarded, network.outsider) == OPEN
    await guess_too_often(guarded)
    assert await told(guarded, "serra_x") == LATER
    assert await told(guarded, network.outsider) == OPEN
    assert await told(guarded, Authorization=f"Bearer {network.outsider}") == OPEN
    assert await told(guarded) == OPEN


async def test_the_token_that_counts_is_the_one_that_is_used(guarded: str, network: SmallNetwork) -> None:
    """What `connection_init` brings stands in place of the header, also where somebody is known by the header."""
    assert await told(guarded, network.outsider) == OPEN
    await guess_too_often(guarded)
    known = f"Bearer {network.outsider}"
    assert await told(guarded, "serra_x", Authorization=known) == LATER
    assert await told(guarded, network.outsider, Authorization="Bearer serra_x") == OPEN


async def test_a_session_that_is_known_is_not_kept_out(guarded: str, network: SmallNetwork) -> None:
    """A browser whose cookie was valid at an address goes on there, another one waits."""
    member = await Membership.objects().where(Membership.organisation == network.olen).first()
    assert member
    async with transaction():
        known, unknown = [await open_session(Viewer(person=member.person), network.olen, new_id()) for _ in range(2)]
    assert await told(guarded, Cookie=f"serra={known}") == OPEN
    await guess_too_often(guarded)
    assert await told(guarded, Cookie=f"serra={known}") == OPEN
    assert await told(guarded, Cookie=f"serra={unknown}") == LATER


async def test_both_ways_of_asking_are_counted_together(guarded: str, network: SmallNetwork) -> None:
    """Whoever guessed over WebSocket waits over HTTP too."""
    await guess_too_often(guarded)
    headers = {"Authorization": f"Bearer {network.outsider}", "X-Forwarded-For": "10.1.1.1"}
    async with httpx.AsyncClient() as client:
        asked = await client.post(f"http://{guarded}/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert (asked.status_code, asked.json()["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_ATTEMPTS")


async def test_only_wrong_credentials_are_counted(guarded: str, network: SmallNetwork) -> None:
    """Whoever has too many connections, or is no page of ours, is closed as often as they come, and has not guessed."""
    async with AsyncExitStack() as held:
        for _ in range(LIMITS.connections):
            sent = {"X-Forwarded-For": "10.3.3.3"}
            await held.enter_async_context(converse(guarded, network.outsider, additional_headers=sent))
        for _ in range(AT_ONCE + 1):
            code, words = await told(guarded, network.outsider)
            assert (code, "At most 3 connections" in words) == (4403, True)
    assert await told(guarded, "serra_x") == WRONG
