"""A client of graphql-transport-ws that a test can read line by line, and one of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE = 5.0
COMMENTS = "subscription ($id: ID!) { commentAdded(subject: $id) { body author { name } } }"


@dataclass(slots=True)
class Conversation:
    """An open WebSocket."""

    socket: ClientConnection
    pings: int = 0

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))

    async def hear(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next message that is not a ping; those are answered."""
        async with asyncio.timeout(patience):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                if message["type"] != "ping":
                    return message
                self.pings += 1
                await self.say(type="pong")

    async def hears_nothing(self, seconds: float = 0.4) -> bool:
        """Whether nothing but pings comes for a while."""
        try:
            message = await self.hear(seconds)
        except TimeoutError:
            return True
        raise AssertionError(message)

    async def begin(self, token: str | None = None) -> None:
        """Initialise."""
        await self.say(type="connection_init", payload={"Authorization": f"Bearer {token}"} if token else {})
        assert (await self.hear())["type"] == "connection_ack"

    async def subscribe(self, query: str, operation: str = "1", **variables: Any) -> None:
        """Run an operation; for a subscription, wait until it is followed."""
        await self.say(type="subscribe", id=operation, payload={"query": query, "variables": variables})

    async def follow(self, query: str, operation: str = "1", **variables: Any) -> None:
        """Subscribe, and wait until the server must have done so."""
        await self.subscribe(query, operation, **variables)
        await asyncio.sleep(0.25)

    async def next(self, operation: str = "1") -> dict[str, Any]:
        """The data of the next result; fails on anything else."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", operation), message
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def ended(self, operation: str = "1") -> str:
        """The code with which an operation ends; fails when it goes on."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", operation), message
        code: str = message["payload"]["errors"][0]["extensions"]["code"]
        assert (await self.hear())["type"] == "complete"
        return code

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close that comes."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


@asynccontextmanager
async def converse(
    address: str,
    token: str | None = None,
    *,
    ready: bool = True,
    protocol: str = "graphql-transport-ws",
    **options: Any,
) -> AsyncIterator[Conversation]:
    """Open a WebSocket and, when `ready`, initialise it."""
    async with connect(
        f"ws://{address}/graphql", subprotocols=[Subprotocol(protocol)], proxy=None, ping_interval=None, **options
    ) as socket:
        conversation = Conversation(socket)
        if ready:
            await conversation.begin(token)
        yield conversation


@dataclass(slots=True)
class Events:
    """An open response of server-sent events."""

    response: httpx.Response
    lines: AsyncIterator[str]
    signs: int = 0

    async def hear(self) -> tuple[str, Any]:
        """The next event's name and its JSON, or None where it has no data."""
        name = ""
        while True:
            async with asyncio.timeout(PATIENCE):
                line = await anext(self.lines)
            if line.startswith(":"):
                self.signs += 1
            elif line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data:"):
                data = line.removeprefix("data:").strip()
                return name, json.loads(data) if data else None


@asynccontextmanager
async def streamed(address: str, token: str | None, query: str, **variables: Any) -> AsyncIterator[Events]:
    """POST an operation and read its events."""
    headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream("POST", f"http://{address}/graphql", json=body, headers=headers) as response,
    ):
        yield Events(response, response.aiter_lines())
