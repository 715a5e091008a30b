"""What an application in Python does with gql: ask with the schema at hand, write, be refused, and follow.

Runs inside gql's own environment, not in ours.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

from gql import Client, gql  # type: ignore[import-not-found]
from gql.transport.exceptions import TransportQueryError  # type: ignore[import-not-found]
from gql.transport.httpx import HTTPXAsyncTransport  # type: ignore[import-not-found]
from gql.transport.websockets import WebsocketsTransport  # type: ignore[import-not-found]

WORLD: dict[str, Any] = json.loads(sys.argv[1])
BEARER = {"Authorization": f"Bearer {WORLD['token']}"}
COMMENTS = "subscription ($id: ID!) { commentAdded(subject: $id) { body } }"
ADD = "mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { body } userErrors { code } } }"


async def comment(session: Any, body: str) -> dict[str, Any]:
    """Comment on the case."""
    given = {"input": {"subject": WORLD["case"]["id"], "body": body}}
    told: dict[str, dict[str, Any]] = await session.execute(gql(ADD), variable_values=given)
    return told["addComment"]


async def use(session: Any) -> None:
    """Ask, write, be refused."""
    person = await session.execute(gql("{ viewer { person { name } } }"))
    assert person == {"viewer": {"person": {"name": WORLD["name"]}}}, person
    assert await comment(session, "From Python") == {"comment": {"body": "From Python"}, "userErrors": []}
    refused = await comment(session, "")
    assert refused["comment"] is None, refused
    assert refused["userErrors"], refused


async def be_refused(session: Any) -> None:
    """What is not valid is told in the server's words."""
    told: list[Any] = []
    try:
        await session.execute(gql("{ nobodySaidThis }"))
    except TransportQueryError as error:
        told = error.errors
    assert [error["message"] for error in told] == ["Cannot query field 'nobodySaidThis' on type 'Query'."], told


async def follow(session: Any, following: Any) -> None:
    """Hear of a comment."""

    async def write() -> None:
        for _ in range(15):
            await asyncio.sleep(0.2)
            await comment(session, "Heard in Python")

    writing = asyncio.ensure_future(write())
    async with asyncio.timeout(10):
        async for told in following.subscribe(gql(COMMENTS), variable_values={"id": WORLD["case"]["id"]}):
            assert told == {"commentAdded": {"body": "Heard in Python"}}, told
            break
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing


async def main() -> None:
    """Over HTTP, with the schema as the server tells it, and over WebSocket."""
    http = HTTPXAsyncTransport(url=f"{WORLD['url']}/graphql", headers=BEARER)
    socket = WebsocketsTransport(
        url=f"{WORLD['url'].replace('http', 'ws')}/graphql",
        init_payload=BEARER,
        # Else gql takes our answer for its older protocol: it knows the name of the header in capitals only.
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with (
        Client(transport=http, fetch_schema_from_transport=True) as knowing,
        Client(transport=socket) as following,
    ):
        await use(knowing)
        await use(following)
        await be_refused(following)
        await follow(knowing, following)
    async with Client(transport=HTTPXAsyncTransport(url=f"{WORLD['url']}/graphql", headers=BEARER)) as plain:
        await be_refused(plain)
    print("used")  # noqa: T201 - what the test waits for


asyncio.run(main())
