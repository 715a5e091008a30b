"""The load: so many connections, each with one request on its way at any time, all answers looked at.

It is our own so that every machine has the same one, from nothing but what Serra is installed with. One request costs
it about 20 µs of one core; a run says how busy it was, because a busy generator measures itself.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

CONNECTIONS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BEGINNING = b"HTTP/1.1 200"
_LONGEST_WAIT = 30.0


class WrongAnswer(Exception):
    """A contender answered with an error, or hung up."""


@dataclass(slots=True)
class Run:
    """What a run saw. `latencies` in seconds; `busy` is the share of one core that the generator itself took."""

    seconds: float
    busy: float
    latencies: list[float] = field(default_factory=list)
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers kept within, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def run(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> Run:
    """Send the requests in turn for so long. Raises WrongAnswer at the first answer that is not one."""
    return uvloop.run(_run(port, requests, seconds, connections))


def answers(port: int, requests: Sequence[bytes]) -> list[bytes]:
    """The bodies of the answers to some requests, one after the other."""
    return uvloop.run(_answers(port, requests))


async def _run(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> Run:
    loop = asyncio.get_running_loop()
    seen = Run(0.0, 0.0)
    turns = itertools.cycle(requests)
    started, cpu = time.perf_counter(), time.process_time()
    clients = [_Client(turns, seen, started + seconds, loop.create_future()) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    async with asyncio.timeout(seconds + _LONGEST_WAIT):
        await asyncio.gather(*(client.done for client in clients))
    seen.seconds = time.perf_counter() - started
    seen.busy = (time.process_time() - cpu) / seen.seconds
    return seen


async def _answers(port: int, requests: Sequence[bytes]) -> list[bytes]:
    loop = asyncio.get_running_loop()
    bodies: list[bytes] = []
    for request in requests:
        client = _Client(iter([request]), Run(0.0, 0.0), 0.0, loop.create_future())
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        async with asyncio.timeout(_LONGEST_WAIT):
            bodies.append(await client.done)
    return bodies


class _Client(asyncio.Protocol):
    """One connection. `done` gets the body of its last answer."""

    def __init__(self, turns: Iterator[bytes], seen: Run, until: float, done: "asyncio.Future[bytes]") -> None:
        self._turns, self._seen, self._until, self.done = turns, seen, until, done
        self._got = b""
        self._wanted = 0
        self._body_at = 0
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        if not self._wanted and not self._read_head():
            return
        if len(self._got) < self._wanted:
            return
        now = time.perf_counter()
        self._seen.latencies.append(now - self._sent)
        self._seen.bytes += self._wanted - self._body_at
        got, self._got, self._wanted = self._got, b"", 0
        if not got.startswith(_BEGINNING) or b'"errors":' in got or b'"userErrors":[{' in got:
            self._fail(got)
        elif now < self._until:
            self._send()
        else:
            self.done.set_result(got[self._body_at :])
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(WrongAnswer(f"The connection was closed: {error or 'without a reason'}."))

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._turns))

    def _read_head(self) -> bool:
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(self._got, 0, end + 2)
        if length is None:
            self._fail(self._got)
            return False
        self._body_at = end + 4
        self._wanted = self._body_at + int(length[1])
        return True

    def _fail(self, got: bytes) -> None:
        self.done.set_exception(WrongAnswer(got[:2_000].decode("utf-8", "replace")))
        self._transport.close()
