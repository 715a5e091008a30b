"""graphql-transport-ws to the letter: how it opens, what it refuses and how it closes."""

import asyncio
from collections.abc import Callable

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.infra.http.subscriptions.conftest import LIMITS, Talk
from tests.infra.http.subscriptions.talking import COMMENTS, Conversation

As = Callable[[str | None], Client]
QUERY = "{ __typename }"


async def test_another_subprotocol_is_not_spoken(talk: Talk) -> None:
    """Without graphql-transport-ws the WebSocket closes with 4406 and names it."""
    async with talk(ready=False, protocol="graphql-ws") as socket:
        assert await socket.closed() == (4406, "Open the WebSocket with the subprotocol graphql-transport-ws.")


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "null",
        '{"type": "start", "id": "1"}',
        '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": "complete"}',
        '{"type": "ping", "payload": 1}',
        "[" * 50_000,
        b"\x00",
    ],
)
async def test_what_is_no_message_closes_with_4400(talk: Talk, said: str | bytes) -> None:
    """Anything but the protocol's messages closes the WebSocket with a word on what is wrong."""
    async with talk() as socket:
        await socket.socket.send(said)
        code, reason = await socket.closed()
    assert (code, bool(reason)) == (4400, True)


async def test_nothing_runs_before_initialisation(talk: Talk) -> None:
    """An operation before `connection_init` closes with 4401."""
    async with talk(ready=False) as socket:
        await socket.subscribe(QUERY)
        assert (await socket.closed())[0] == 4401


async def test_a_token_that_is_not_valid_closes_with_4403(talk: Talk) -> None:
    """A wrong token in `connection_init` is refused in words."""
    async with talk(ready=False) as socket:
        await socket.say(type="connection_init", payload={"Authorization": "Bearer serra_nonsense"})
        code, reason = await socket.closed()
    assert (code, reason) == (
        4403,
        "Forbidden: This token is not valid: it is unknown, has expired or was revoked.",
    )


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("given", [None, 1, True, {"token": "x"}, ["Bearer serra_nonsense"]])
async def test_a_token_that_is_no_text_closes_with_4403(talk: Talk, name: str, given: object) -> None:
    """Whoever means to say who they are and says it wrongly is not taken for nobody."""
    async with talk(ready=False) as socket:
        await socket.say(type="connection_init", payload={name: given})
        code, reason = await socket.closed()
    assert (code, reason.startswith("Forbidden: `Authorization` is a text")) == (4403, True)


async def test_who_says_nothing_is_closed_with_4408(talk: Talk) -> None:
    """A WebSocket that is opened and not initialised closes."""
    async with talk(ready=False) as socket:
        assert (await socket.closed())[0] == 4408


async def test_an_id_in_use_closes_with_4409(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """Two running operations cannot have one id; after `complete` it is free again."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with talk() as socket:
        await socket.follow(COMMENTS, id=case_id)
        await socket.say(type="complete", id="1")
        await socket.follow(COMMENTS, id=case_id)
        await socket.subscribe(QUERY)
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")


async def test_initialising_twice_closes_with_4429(talk: Talk) -> None:
    """A second `connection_init` closes."""
    async with talk() as socket:
        await socket.say(type="connection_init")
        assert (await socket.closed())[0] == 4429


async def test_the_token_may_stand_in_the_header(network: SmallNetwork, here: str) -> None:
    """A client that can send headers signs in with the usual one."""
    options = {"Authorization": f"Bearer {network.reviewer}"}
    protocol = [Subprotocol("graphql-transport-ws")]
    async with connect(f"ws://{here}/graphql", subprotocols=protocol, additional_headers=options, proxy=None) as opened:
        socket = Conversation(opened)
        await socket.begin()
        await socket.subscribe("{ viewer { person { name } } }")
        assert await socket.next() == {"viewer": {"person": {"name": "Reviewer"}}}


async def test_pings_are_answered_and_sent(talk: Talk) -> None:
    """A ping comes back with its payload; the server pings too, and closes on who answers none."""
    async with talk() as socket:
        await socket.say(type="ping", payload={"at": 7})
        assert await socket.hear() == {"type": "pong", "payload": {"at": 7}}
        assert await socket.hears_nothing(5 * LIMITS.silence)
        assert socket.pings >= 3
        code, _ = await socket.closed()
    assert code == 4499


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { a: __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            'subscription { caseChanged(id: "x") { id } testRoundChanged(id: "x") { id } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription ($id: ID!) { caseChanged(id: $id) { id } }", "BAD_USER_INPUT"),
        ("subscription { caseChanged(id: 1) @skip(if: true) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("", "BAD_REQUEST"),
        ('mutation { submitCase(input: {id: "x"}) { userErrors { code } } }', "UNAUTHENTICATED"),
    ],
)
async def test_an_operation_that_cannot_run_gets_an_error(talk: Talk, query: str, code: str) -> None:
    """What does not validate ends with an `error` message; a subscription has exactly one root field."""
    async with talk() as socket:
        await socket.subscribe(query)
        message = await socket.hear()
    assert (message["type"], message["id"]) == ("error", "1")
    assert {error["extensions"]["code"] for error in message["payload"]} == {code}


async def test_a_nul_is_not_let_in(talk: Talk) -> None:
    """A NUL in a variable is refused here as it is over HTTP."""
    async with talk() as socket:
        await socket.subscribe("query ($slug: String!) { case(slug: $slug) { slug } }", slug="a\x00b")
        assert (await socket.hear())["type"] == "error"


async def test_operations_of_one_websocket_are_limited(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """One more than the limit gets an error, the others go on."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with talk() as socket:
        for number in range(LIMITS.operations):
            await socket.follow(COMMENTS, str(number), id=case_id)
        await socket.subscribe(COMMENTS, "more", id=case_id)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", "more")
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"


async def test_connections_of_one_viewer_are_limited(network: SmallNetwork, talk: Talk) -> None:
    """One more connection than the limit is refused, of this person alone, and until another is closed."""
    async with talk(network.outsider), talk(network.outsider), talk(network.reviewer):
        async with talk(network.outsider):
            async with talk(ready=False) as one_more:
                payload = {"Authorization": f"Bearer {network.outsider}"}
                await one_more.say(type="connection_init", payload=payload)
                code, reason = await one_more.closed()
            assert (code, "At most 3 connections" in reason) == (4403, True)
        await asyncio.sleep(0.2)
        async with talk(network.outsider):
            pass
