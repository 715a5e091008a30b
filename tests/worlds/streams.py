"""Subscriptions as clients in this process hold them: an event stream each, or all of somebody's over one WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]
Operation = Mapping[str, Any]
"""What is sent: `query` and `variables`."""
_HERE = {"client": ("127.0.0.1", 1), "server": ("serra.test", 80), "path": "/graphql", "raw_path": b"/graphql"}
_SCOPE = {"asgi": {"version": "3.0"}, "http_version": "1.1", "query_string": b"", "root_path": "", **_HERE}
_NOBODY_NOW = 4403
"""With what a WebSocket is closed whose credentials are valid no longer: it is over for all that is told by it."""


@dataclass(slots=True, eq=False)
class Heard:
    """What one subscription was told so far, and whether it is over. `begun` is known of event streams alone."""

    anything: asyncio.Event
    results: list[dict[str, Any]] = field(default_factory=list)
    begun: bool = False
    over: bool = False

    def note(self, result: dict[str, Any] | None) -> None:
        """One more result, or None at the end."""
        if result is None:
            self.over = True
        else:
            self.results.append(result)
        self.anything.set()


async def until(done: Callable[[], bool], anything: asyncio.Event, seconds: float) -> bool:
    """Wait for what is heard; whether it was what had to come, in time."""
    try:
        async with asyncio.timeout(seconds):
            while not done():
                anything.clear()
                await anything.wait()
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def event_streams(
    served: Application, headers: Mapping[str, str], operations: Sequence[Operation], anything: asyncio.Event
) -> AsyncIterator[list[Heard]]:
    """A response of server-sent events for each operation."""
    heard = [Heard(anything) for _ in operations]
    leaving = asyncio.Event()
    given = _encoded({**headers, "Accept": "text/event-stream", "Content-Type": "application/json"})
    asking = [
        asyncio.create_task(_one_stream(served, given, operation, one, leaving))
        for operation, one in zip(operations, heard, strict=True)
    ]
    try:
        yield heard
    finally:
        leaving.set()
        await asyncio.gather(*asking)


async def _one_stream(
    served: Application, headers: list[tuple[bytes, bytes]], operation: Operation, heard: Heard, leaving: asyncio.Event
) -> None:
    body = [{"type": "http.request", "body": json.dumps(operation).encode(), "more_body": False}]
    unread = b""

    async def receive() -> dict[str, Any]:
        if body:
            return body.pop()
        await leaving.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal unread
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message
            return
        heard.begun = True
        heard.anything.set()
        *events, unread = (unread + message["body"]).split(b"\n\n")
        for event in events:
            name, _, data = event.partition(b"\ndata:")
            if name != b":":
                heard.note(json.loads(data) if name == b"event: next" else None)

    await served({"type": "http", "method": "POST", "scheme": "http", "headers": headers, **_SCOPE}, receive, send)


@asynccontextmanager
async def one_socket(
    served: Application, headers: Mapping[str, str], operations: Sequence[Operation], anything: asyncio.Event
) -> AsyncIterator[list[Heard]]:
    """One WebSocket for all operations."""
    heard = [Heard(anything) for _ in operations]
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said.put_nowait({"type": "websocket.connect"})

    def say(**message: Any) -> None:
        said.put_nowait({"type": "websocket.receive", "text": json.dumps(message), "bytes": None})

    async def send(message: Mapping[str, Any]) -> None:
        told = json.loads(message.get("text") or "{}")
        match told.get("type"):
            case "connection_ack":
                for place, operation in enumerate(operations):
                    say(type="subscribe", id=str(place), payload=operation)
            case "next":
                heard[int(told["id"])].note(told["payload"])
            case "error":
                heard[int(told["id"])].note({"errors": told["payload"]})
                heard[int(told["id"])].note(None)
            case "complete":
                heard[int(told["id"])].note(None)
            case "ping":
                say(type="pong")
            case _:  # the opening of the WebSocket, and its close
                _note_close(heard, message)

    say(type="connection_init")
    scope = {"type": "websocket", "scheme": "ws", "subprotocols": ["graphql-transport-ws"], **_SCOPE}
    talking = asyncio.ensure_future(served({**scope, "headers": _encoded(headers)}, said.get, send))
    try:
        yield heard
    finally:
        said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await talking


def _note_close(heard: Sequence[Heard], message: Mapping[str, Any]) -> None:
    if message.get("code") != _NOBODY_NOW:
        return
    for one in heard:
        if not one.over:
            one.note({"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}]})
            one.note(None)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
