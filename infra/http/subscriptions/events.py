"""graphql-sse, in its distinct connections mode: a response of server-sent events for each operation."""

import asyncio

from litestar.types import Receive, Send

from infra.http.subscriptions.following import GOING_AWAY, STOPPING
from infra.http.subscriptions.limits import StreamLimits
from infra.http.subscriptions.operations import Result, Results

EVENT_STREAM = "text/event-stream"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"x-accel-buffering", b"no"),  # else nginx keeps events until it has enough of them
]
_SIGN_OF_LIFE = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"
_GOODBYE = f": {STOPPING}\n\n".encode()
"""A comment, and no `complete` before the end: clients of graphql-sse then subscribe again by themselves."""


def accepts_events(accept: str) -> bool:
    """Whether an Accept header names server-sent events."""
    return any(part.partition(";")[0].strip().lower() == EVENT_STREAM for part in accept.split(","))


async def send_events(results: Results, receive: Receive, send: Send, limits: StreamLimits) -> None:
    """Send results until there are no more, or the client has left or does not read."""
    leaving = asyncio.ensure_future(_left(receive))
    try:
        async with asyncio.timeout(limits.sending) as patience:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await _send(send, _SIGN_OF_LIFE)
            patience.reschedule(None)
            coming = asyncio.ensure_future(_next_of(results))
            try:
                while not leaving.done():
                    await asyncio.wait((coming, leaving), timeout=limits.silence, return_when=asyncio.FIRST_COMPLETED)
                    patience.reschedule(asyncio.get_running_loop().time() + limits.sending)
                    if not coming.done():
                        await _send(send, _SIGN_OF_LIFE)
                    elif (result := coming.result()) is None:
                        await send({"type": "http.response.body", "body": _COMPLETE, "more_body": False})
                        return
                    elif result.ended == GOING_AWAY:
                        await send({"type": "http.response.body", "body": _GOODBYE, "more_body": False})
                        return
                    else:
                        await _send(send, _next(result))
                        coming = asyncio.ensure_future(_next_of(results))
                    patience.reschedule(None)
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
    except TimeoutError:
        return  # the client does not read: nothing more can be told, not even that
    finally:
        leaving.cancel()
        results.close()


async def _next_of(results: Results) -> Result | None:
    return await anext(results, None)


def _next(result: Result) -> bytes:
    # A line feed stands only between JSON's tokens, and would end the event's line.
    return b"event: next\ndata: " + result.payload.replace(b"\n", b" ") + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
