"""What a contender says to PostgreSQL: a relay between the two that counts statements and takes their time.

It needs no rights in the database and treats all contenders alike. A statement's time is from the moment its last byte
goes to PostgreSQL to the moment that PostgreSQL says it is ready again: with the way there and back, some 30 µs.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import uvloop

_HEAD = 5
_ENCRYPTION = (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30")


@dataclass(slots=True)
class Heard:
    """What went over the wire since it was last cleared: statements by their text, and the seconds of them all."""

    statements: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def clear(self) -> None:
        """Forget it all."""
        self.statements.clear()
        self.seconds = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A relay that runs: the address to give to a contender in place of the database's, and what is heard."""

    url: str
    heard: Heard


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    """Relay to the database at `url`, in a thread of its own, until the end of the block."""
    parts = urlsplit(url)
    heard = Heard()
    ready: list[tuple[int, Callable[[], object]]] = []
    started = threading.Event()

    async def relay() -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        server = await loop.create_server(lambda: _Client(parts.port or 5432, heard), "127.0.0.1", 0)
        ready.append((server.sockets[0].getsockname()[1], partial(loop.call_soon_threadsafe, over.set)))
        started.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=lambda: uvloop.run(relay()), name="wire", daemon=True)
    thread.start()
    started.wait()
    ((port, stop),) = ready
    try:
        yield Wire(url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{port}"), heard)
    finally:
        stop()
        thread.join()


class _Messages:
    """Cuts a stream of PostgreSQL's protocol into messages: a letter, a length, a body."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The messages that are now complete."""
        self._rest += data
        while len(self._rest) >= _HEAD:
            end = 1 + int.from_bytes(self._rest[1:_HEAD])
            if len(self._rest) < end:
                return
            yield self._rest[:1], self._rest[_HEAD:end]
            self._rest = self._rest[end:]


class _Client(asyncio.Protocol):
    """The side that the contender sees."""

    def __init__(self, port: int, heard: Heard) -> None:
        self._port, self._heard = port, heard
        self._messages = _Messages()
        self.started = False
        self._early: list[bytes] = []
        self._texts: dict[bytes, str] = {}
        self._bound = ""
        self.asked = 0.0
        self._server: _Server | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._opening = asyncio.ensure_future(self._open())

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, self._server = await loop.create_connection(lambda: _Server(self, self._heard), "127.0.0.1", self._port)
        for data in self._early:
            self._hand_on(data)

    def data_received(self, data: bytes) -> None:
        if self._server is None:
            self._early.append(data)
        else:
            self._hand_on(data)

    def _hand_on(self, data: bytes) -> None:
        if self.started:
            for letter, body in self._messages.cut(data):
                self._hear(letter, body)
        else:  # what begins the conversation has no letter; a question for encryption may come before it
            self.started = data[4:8] not in _ENCRYPTION
        self._send(data)

    def _send(self, data: bytes) -> None:
        self.asked = time.perf_counter()
        if self._server:
            self._server.transport.write(data)

    def _hear(self, letter: bytes, body: bytes) -> None:
        match letter:
            case b"Q":
                self._heard.statements[_text(body)] += 1
            case b"P":
                name, _, rest = body.partition(b"\0")
                self._texts[name] = _text(rest)
            case b"B":
                self._bound = self._texts.get(body.split(b"\0", 2)[1], "")
            case b"E":
                self._heard.statements[self._bound] += 1
            case _:
                pass

    def connection_lost(self, _error: Exception | None) -> None:
        if self._server:
            self._server.transport.close()


class _Server(asyncio.Protocol):
    """The side that PostgreSQL sees."""

    def __init__(self, client: _Client, heard: Heard) -> None:
        self._client, self._heard = client, heard
        self._messages = _Messages()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._client.started:
            for letter, _ in self._messages.cut(data):
                if letter == b"Z":
                    self._heard.seconds += time.perf_counter() - self._client.asked
        self._client.transport.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self._client.transport.close()


def _text(body: bytes) -> str:
    return body.partition(b"\0")[0].decode("utf-8", "replace")
