"""What the service is told when the store is away, breaks off or refuses."""

import asyncio
import hashlib
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from infra.storage.s3 import S3FileStore
from services.artefacts.ports import FileStoreUnavailable
from tests.infra.storage.seaweedfs import S3Address, StoreBuilder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_QUESTIONS = [
    pytest.param(lambda store: store.stored("a"), id="stored"),
    pytest.param(lambda store: store.read("a"), id="read"),
    pytest.param(lambda store: store.delete("a"), id="delete"),
    pytest.param(lambda store: store.prepare(), id="prepare"),
]
_Ask = Callable[[S3FileStore], Awaitable[object]]
_Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _listening(connection: _Connection) -> AsyncIterator[str]:
    """An address on this machine where each connection is treated by `connection`, then dropped."""

    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await connection(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(treat, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
def dead_endpoint() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("ask", _QUESTIONS)
async def test_store_that_is_down_is_told_soon(
    new_store: StoreBuilder, dead_endpoint: str, s3_address: S3Address, ask: _Ask
) -> None:
    """Whoever asks a store that is down hears so within two seconds, and nothing of inner matters."""
    store = new_store(endpoint=dead_endpoint)
    started = time.monotonic()
    with pytest.raises(FileStoreUnavailable) as caught:
        await ask(store)
    assert time.monotonic() - started < 2
    sentence = str(caught.value)
    assert "Try again in a few minutes" in sentence
    for inner in ("127.0.0.1", s3_address.access_key, s3_address.secret_key, "Error", "botocore", "\n"):
        assert inner not in sentence


async def test_health_follows_the_store(store: S3FileStore, new_store: StoreBuilder, dead_endpoint: str) -> None:
    """Health is what the store says now."""
    assert await store.healthy()
    assert not await new_store(endpoint=dead_endpoint).healthy()


async def test_health_does_not_wait_for_a_silent_store(new_store: StoreBuilder) -> None:
    """A store that takes connections and never answers counts as down after two seconds."""
    over = asyncio.Event()

    async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with _listening(silence) as endpoint:
        store = new_store(endpoint=endpoint)
        started = time.monotonic()
        assert not await store.healthy()
        assert 1.5 < time.monotonic() - started < 4
    over.set()


async def test_links_need_no_store(new_store: StoreBuilder, dead_endpoint: str) -> None:
    """Links are signed here, so pages with links go on while the store restarts."""
    store = new_store(endpoint=dead_endpoint)
    url = await store.download_link("a", file_name="a.pdf", media_type="application/pdf")
    assert url.startswith(dead_endpoint)


@pytest.mark.parametrize("ask", _QUESTIONS[:2])
async def test_answer_that_breaks_off_is_no_answer(
    store: S3FileStore,
    new_store: StoreBuilder,
    operator: "S3Client",
    s3_address: S3Address,
    ask: _Ask,
) -> None:
    """When the connection breaks in the middle of a file, half a file is never taken for the whole."""
    operator.put_object(Bucket=s3_address.bucket, Key="a", Body=os.urandom(3_000_000))
    real = urlsplit(s3_address.endpoint)

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(real.hostname, real.port)
        there_writer.write(await reader.readuntil(b"\r\n\r\n"))
        passed = 0
        while passed < 1_500_000 and (chunk := await there_reader.read(65536)):
            writer.write(chunk)
            await writer.drain()
            passed += len(chunk)
        there_writer.transport.abort()
        writer.close()
        await writer.wait_closed()

    async with _listening(cut) as endpoint:
        with pytest.raises(FileStoreUnavailable, match="does not answer"):
            await ask(new_store(endpoint=endpoint))
    await store.delete("a")


@pytest.mark.parametrize("ask", _QUESTIONS)
async def test_refused_credentials_are_a_matter_for_the_operator(
    new_store: StoreBuilder, s3_address: S3Address, ask: _Ask
) -> None:
    """Wrong credentials are told as such, and are not repeated to whoever reads the message."""
    store = new_store(secret_key="not the secret")
    with pytest.raises(FileStoreUnavailable, match="credentials or permissions") as caught:
        await ask(store)
    for inner in (s3_address.access_key, "not the secret", s3_address.endpoint):
        assert inner not in str(caught.value)


async def test_links_of_another_secret_are_refused(
    store: S3FileStore, new_store: StoreBuilder, browser: httpx.AsyncClient, key: str
) -> None:
    """Who does not know the secret cannot make a link that works."""
    forger = new_store(secret_key="not the secret")
    sha256 = hashlib.sha256(b"x").hexdigest()
    link = await forger.upload_link(key, media_type="text/plain", size=1, sha256=sha256)
    sent = await browser.put(link.url, headers=link.headers, content=b"x")
    assert sent.status_code == httpx.codes.FORBIDDEN
    assert await store.stored(key) is None


async def test_closing_waits_for_what_is_under_way(
    store: S3FileStore, new_store: StoreBuilder, operator: "S3Client", s3_address: S3Address, key: str
) -> None:
    """A file being read when the service ends is read to its end."""
    content = os.urandom(2_000_000)
    operator.put_object(Bucket=s3_address.bucket, Key=key, Body=content)
    ending = new_store()
    reading = asyncio.create_task(ending.read(key))
    await asyncio.sleep(0)
    await ending.aclose()
    assert reading.done()
    assert await reading == content
    await ending.aclose()
