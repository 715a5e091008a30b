"""Files and links: the contract of a file store, on a real S3 and, for links, as a browser meets it."""

import asyncio
import base64
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.storage.s3 import LARGEST_FILE, S3FileStore
from services.artefacts.ports import FileStore, StoredFile, UploadLink
from tests.infra.storage.seaweedfs import S3Address, StoreBuilder

_BODY = b"Sowing under glass: what the third round told us.\n"
_PDF = "application/pdf"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


async def _link(store: FileStore, key: str, content: bytes = _BODY, media_type: str = _PDF) -> UploadLink:
    return await store.upload_link(key, media_type=media_type, size=len(content), sha256=_sha256(content))


async def _send(browser: httpx.AsyncClient, link: UploadLink, content: bytes = _BODY) -> int:
    response = await browser.request(link.method, link.url, headers=link.headers, content=content)
    return response.status_code


async def _upload(browser: httpx.AsyncClient, store: FileStore, key: str, content: bytes = _BODY) -> None:
    assert await _send(browser, await _link(store, key, content), content) == httpx.codes.OK


async def test_file_comes_back_as_it_was_sent(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """What a browser sends by link is what the store, the service and the next browser see."""
    await _upload(browser, store, key)
    assert await store.stored(key) == StoredFile(size=len(_BODY), sha256=_sha256(_BODY), media_type=_PDF)
    assert await store.read(key) == _BODY
    url = await store.download_link(key, file_name="round 3.pdf", media_type=_PDF)
    response = await browser.get(url)
    assert response.status_code == httpx.codes.OK
    assert response.content == _BODY


async def test_a_file_of_the_services_own_comes_back(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """What the service stores itself is read and served like any other file, and takes an earlier one's place."""
    for content in (b"first", _BODY):
        await store.put(key, content, media_type="application/json")
    assert await store.stored(key) == StoredFile(size=len(_BODY), sha256=_sha256(_BODY), media_type="application/json")
    url = await store.download_link(key, file_name="mine.json", media_type="application/json")
    assert (await browser.get(url)).content == _BODY


async def test_empty_file(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """No bytes are a file too."""
    await _upload(browser, store, key, b"")
    assert await store.stored(key) == StoredFile(size=0, sha256=_sha256(b""), media_type=_PDF)
    assert await store.read(key) == b""


async def test_download_can_be_resumed(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """A link serves a part of a file, so that a broken download or a video can go on."""
    await _upload(browser, store, key)
    url = await store.download_link(key, file_name="a.pdf", media_type=_PDF)
    response = await browser.get(url, headers={"Range": "bytes=7-11"})
    assert response.status_code == httpx.codes.PARTIAL_CONTENT
    assert response.content == _BODY[7:12]


@pytest.mark.parametrize(
    ("content", "changed_headers", "status"),
    [
        pytest.param(_BODY.swapcase(), {}, httpx.codes.BAD_REQUEST, id="other bytes of the same size"),
        pytest.param(_BODY + b"!", {"Content-Length": str(len(_BODY) + 1)}, httpx.codes.FORBIDDEN, id="longer"),
        pytest.param(_BODY[:-1], {"Content-Length": str(len(_BODY) - 1)}, httpx.codes.FORBIDDEN, id="shorter"),
        pytest.param(_BODY, {"Content-Type": "text/html"}, httpx.codes.FORBIDDEN, id="another type"),
        pytest.param(_BODY, {"x-amz-checksum-sha256": None}, httpx.codes.FORBIDDEN, id="no checksum"),
        pytest.param(
            _BODY.swapcase(),
            {"x-amz-checksum-sha256": _checksum(_BODY.swapcase())},
            httpx.codes.FORBIDDEN,
            id="other bytes with their own checksum",
        ),
        pytest.param(_BODY, {"x-amz-acl": "public-read"}, httpx.codes.FORBIDDEN, id="published on the side"),
        pytest.param(
            _BODY,
            {"x-amz-copy-source": "/serra-test/other"},
            httpx.codes.FORBIDDEN,
            id="copied from elsewhere",
        ),
    ],
)
async def test_upload_of_anything_else_is_refused(
    store: S3FileStore,
    browser: httpx.AsyncClient,
    key: str,
    *,
    content: bytes,
    changed_headers: dict[str, str | None],
    status: int,
) -> None:
    """The store keeps nothing that the link was not made for, and reads no body that headers give away."""
    link = await _link(store, key)
    headers = {name: value for name, value in {**link.headers, **changed_headers}.items() if value is not None}
    response = await browser.put(link.url, headers=headers, content=content)
    assert response.status_code == status
    assert await store.stored(key) is None


async def test_upload_of_unknown_length_is_refused(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """A body that does not say how long it is cannot slip past the signed length."""
    link = await _link(store, key)
    headers = {name: value for name, value in link.headers.items() if name != "Content-Length"}

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield _BODY

    response = await browser.put(link.url, headers=headers, content=endless())
    assert response.is_client_error
    assert await store.stored(key) is None


async def test_refused_upload_leaves_the_file_alone(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """Wrong bytes sent to a used link do not damage the file that came by it."""
    link = await _link(store, key)
    assert await _send(browser, link) == httpx.codes.OK
    assert await _send(browser, link, _BODY.swapcase()) == httpx.codes.BAD_REQUEST
    assert await store.read(key) == _BODY


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_upload_link_does_nothing_else(
    store: S3FileStore, browser: httpx.AsyncClient, key: str, method: str
) -> None:
    """A link to send a file neither shows nor removes it."""
    await _upload(browser, store, key)
    link = await _link(store, key)
    response = await browser.request(method, link.url, headers=link.headers, content=_BODY)
    assert response.is_client_error
    assert await store.read(key) == _BODY


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(lambda url, key: url.replace(key, f"{key}x"), id="another key"),
        pytest.param(lambda url, _: url.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"), id="longer life"),
        pytest.param(lambda url, _: url[:-4] + ("0000" if url[-4:] != "0000" else "1111"), id="signature"),
        pytest.param(lambda url, _: url.split("&X-Amz-Signature")[0], id="unsigned"),
        pytest.param(lambda url, _: url.split("?")[0], id="bare"),
        pytest.param(lambda url, _: url.replace("application%2Fpdf", "text%2Fhtml"), id="another type"),
        pytest.param(lambda url, _: url.replace("attachment", "inline"), id="shown instead of saved"),
    ],
)
async def test_altered_download_link_is_refused(
    store: S3FileStore, browser: httpx.AsyncClient, key: str, alter: Callable[[str, str], str]
) -> None:
    """Nothing in a link can be changed by whoever holds it."""
    await _upload(browser, store, key)
    await _upload(browser, store, f"{key}x")
    url = await store.download_link(key, file_name="a.pdf", media_type=_PDF)
    altered = alter(url, key)
    assert altered != url
    response = await browser.get(altered)
    assert response.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN}
    assert _BODY not in response.content
    await store.delete(f"{key}x")


async def test_links_expire(store: S3FileStore, new_store: StoreBuilder, browser: httpx.AsyncClient, key: str) -> None:
    """After its lifetime a link neither takes nor gives a file."""
    await _upload(browser, store, key)
    brief = new_store(link_lifetime=timedelta(seconds=1))
    upload = await _link(brief, key)
    download = await brief.download_link(key, file_name="a.pdf", media_type=_PDF)
    assert upload.expires_in == timedelta(seconds=1)
    await asyncio.sleep(2.1)  # S3 counts in whole seconds
    assert await _send(browser, upload) == httpx.codes.FORBIDDEN
    assert (await browser.get(download)).status_code == httpx.codes.FORBIDDEN


async def test_strangers_get_nothing(
    store: S3FileStore, browser: httpx.AsyncClient, s3_address: S3Address, key: str
) -> None:
    """Without a signed link a file can be neither read nor listed nor written nor removed."""
    await _upload(browser, store, key)
    bucket = f"{s3_address.endpoint}/{s3_address.bucket}"
    answers = [
        await browser.get(f"{bucket}/{key}"),
        await browser.get(f"{bucket}?list-type=2"),
        await browser.put(f"{bucket}/{key}", content=b"x"),
        await browser.delete(f"{bucket}/{key}"),
    ]
    assert {answer.status_code for answer in answers} == {httpx.codes.FORBIDDEN}
    assert await store.read(key) == _BODY


@pytest.mark.parametrize(
    "name", ["simple.pdf", 'the "third" round\r\nX-Injected: 1\r\n\r\n.pdf', "Prüfbericht åäö.pdf", "🌱.pdf"]
)
async def test_download_is_labelled_by_the_service(
    store: S3FileStore, browser: httpx.AsyncClient, key: str, name: str
) -> None:
    """The answer says what the service signed, whatever was sent along with the upload."""
    link = await _link(store, key)
    unsigned = {
        "Content-Encoding": "gzip",
        "Content-Disposition": "inline",
        "Cache-Control": "public, max-age=31536000",
    }
    sent = await browser.put(link.url, headers={**link.headers, **unsigned}, content=_BODY)
    assert sent.status_code == httpx.codes.OK
    url = await store.download_link(key, file_name=name, media_type="text/csv; charset=utf-8")
    response = await browser.get(url)
    assert response.content == _BODY
    assert response.headers.get_list("Content-Type") == ["text/csv; charset=utf-8"]
    assert response.headers.get_list("Cache-Control") == ["private, no-store"]
    assert response.headers["Content-Encoding"] == "identity"
    [disposition] = response.headers.get_list("Content-Disposition")
    assert disposition.startswith('attachment; filename="')
    assert disposition == parse_qs(urlsplit(url).query)["response-content-disposition"][0]
    assert "X-Injected" not in response.headers


async def test_large_file_is_hashed_in_little_memory(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """Checking what arrived costs the same memory for a film as for a note."""
    content = os.urandom(20_000_000)
    await _upload(browser, store, key, content)
    tracemalloc.start()
    stored = await store.stored(key)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stored == StoredFile(size=len(content), sha256=_sha256(content), media_type=_PDF)
    assert peak < 6_000_000


async def test_missing_file(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """Where nothing lies, each way of asking says so in its own manner."""
    assert await store.stored(key) is None
    with pytest.raises(FileNotFoundError):
        await store.read(key)
    url = await store.download_link(key, file_name="a.pdf", media_type=_PDF)
    assert (await browser.get(url)).status_code == httpx.codes.NOT_FOUND


async def test_delete_may_be_repeated(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """A file that is gone can be removed again."""
    await _upload(browser, store, key)
    await store.delete(key)
    assert await store.stored(key) is None
    await store.delete(key)


async def test_many_at_once_do_not_mix(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """Thirty files sent, checked, read and removed side by side stay thirty different files."""
    files = {f"{key}/{number}": os.urandom(1000 + number) for number in range(30)}

    async def come_and_go(one: str, content: bytes) -> None:
        await _upload(browser, store, one, content)
        stored = await store.stored(one)
        assert stored == StoredFile(size=len(content), sha256=_sha256(content), media_type=_PDF)
        assert await store.read(one) == content
        await store.delete(one)
        assert await store.stored(one) is None

    await asyncio.gather(*(come_and_go(one, content) for one, content in files.items()))


async def test_links_lead_to_the_public_endpoint(
    new_store: StoreBuilder, browser: httpx.AsyncClient, s3_address: S3Address, key: str
) -> None:
    """Browsers are sent where they can reach the store, and the signature holds there."""
    port = urlsplit(s3_address.endpoint).port
    store = new_store(public_endpoint=f"http://localhost:{port}")
    await _upload(browser, store, key)
    upload = await _link(store, key)
    download = await store.download_link(key, file_name="a.pdf", media_type=_PDF)
    assert [urlsplit(url).hostname for url in (upload.url, download)] == ["localhost", "localhost"]
    assert (await browser.get(download)).content == _BODY


@pytest.mark.parametrize("size", [-1, LARGEST_FILE + 1])
async def test_impossible_size_gets_no_link(store: S3FileStore, key: str, size: int) -> None:
    """A size that S3 would refuse only after the upload is refused before it."""
    with pytest.raises(ValueError, match="bytes in one request"):
        await store.upload_link(key, media_type=_PDF, size=size, sha256=_sha256(_BODY))


@pytest.mark.parametrize("sha256", ["", "abc", "00" * 31, "zz" * 32])
async def test_wrong_sha256_gets_no_link(store: S3FileStore, key: str, sha256: str) -> None:
    """What is not a SHA-256 in hex cannot be asked for."""
    with pytest.raises(ValueError, match=r"hex|SHA-256"):
        await store.upload_link(key, media_type=_PDF, size=1, sha256=sha256)


@pytest.mark.parametrize("media_type", ["", "pdf", "text/html\r\nX-Injected: 1", "a/b\n", "a b/c", "å/b", "\u212a/b"])
async def test_wrong_media_type_gets_no_link(store: S3FileStore, key: str, media_type: str) -> None:
    """What is not a media type gets into no header."""
    with pytest.raises(ValueError, match="not a media type"):
        await store.upload_link(key, media_type=media_type, size=1, sha256=_sha256(b"x"))
    with pytest.raises(ValueError, match="not a media type"):
        await store.download_link(key, file_name="a.pdf", media_type=media_type)


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(milliseconds=999), timedelta(days=7, seconds=1)])
def test_impossible_lifetime_is_refused(s3_address: S3Address, lifetime: timedelta) -> None:
    """A lifetime that no signature can have is told at the start, not by every link."""
    with pytest.raises(ValueError, match="1 second to 7 days"):
        S3FileStore(s3_address.endpoint, s3_address.region, "b", "a", "s", link_lifetime=lifetime)
