"""The beginning of a file, by which its type is judged."""

import hashlib

import httpx

from infra.storage.s3 import S3FileStore
from services.artefacts.media_types import HEAD_SIZE


async def test_head_is_the_beginning(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """Of a file that is longer the first HEAD_SIZE bytes are kept, of any other all."""
    for content in (b"", b"%PDF-1.7", bytes(range(256)) * 9_000):
        link = await store.upload_link(
            key, media_type="application/pdf", size=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
        response = await browser.request(link.method, link.url, headers=link.headers, content=content)
        assert response.status_code == httpx.codes.OK
        found = await store.stored(key)
        assert found is not None
        assert found.head == content[:HEAD_SIZE]
        assert found.size == len(content)
