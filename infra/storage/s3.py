"""The file store on any S3: SigV4, path-style addresses, blocking client calls kept off the event loop.

Browsers send and fetch files with signed links, past Serra, and a link names everything about the one request
it allows; see docs/decisions/004-file-storage.md.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from infra.storage.attachment import attachment
from infra.storage.bucket import prepare_bucket
from infra.storage.client import client_of, session_of, unavailable
from services.artefacts.media_types import HEAD_SIZE
from services.artefacts.ports import FileStoreUnavailable, StoredFile, UploadLink

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_Result = TypeVar("_Result")

LARGEST_FILE: Final = 5 * 1024**3
"""Bytes that S3 takes in one request."""

_LONGEST_LINK_LIFETIME: Final = timedelta(days=7)  # SigV4 allows no more
_SHA256_BYTES: Final = 32
_MEDIA_TYPE: Final = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*(; ?[ -~]+)?", re.ASCII | re.IGNORECASE
)
_CHUNK: Final = 1024 * 1024
_HEALTH_SECONDS: Final = 2
# Reading a large file holds a thread for long; the short requests have their own, so that they need not wait.
_TRANSFER_THREADS: Final = 4
_REQUEST_THREADS: Final = 4
_THREADS: Final = _TRANSFER_THREADS + _REQUEST_THREADS


class S3FileStore:
    """Files in one bucket; satisfies `services.artefacts.ports.FileStore`.

    `public_endpoint` is where browsers reach the store, if not at `endpoint`; a proxy there must hand on path
    and Host as they are, for both are signed. `link_lifetime` is 1 second to 7 days. The credentials must be
    allowed to list the bucket: of a missing file S3 says 403 instead of 404 to whoever may not.
    """

    def __init__(
        self,
        endpoint: str,
        region: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        *,
        public_endpoint: str | None = None,
        link_lifetime: timedelta = timedelta(minutes=15),
    ) -> None:
        if not timedelta(seconds=1) <= link_lifetime <= _LONGEST_LINK_LIFETIME:
            raise ValueError(f"A link lives 1 second to 7 days, not {link_lifetime}.")
        self._bucket = bucket
        self._region = region
        self._lifetime = timedelta(seconds=int(link_lifetime.total_seconds()))
        session = session_of(region, access_key, secret_key)
        self._client = client_of(session, endpoint, _THREADS)
        self._signer = client_of(session, public_endpoint, _THREADS) if public_endpoint else self._client
        self._transfers = ThreadPoolExecutor(_TRANSFER_THREADS, "s3-transfer")
        self._requests = ThreadPoolExecutor(_REQUEST_THREADS, "s3-request")

    async def prepare(self) -> None:
        """Create the bucket and allow browsers; rules that others set for the bucket stay as they are."""
        await self._in_thread(self._requests, lambda: prepare_bucket(self._client, self._bucket, self._region))

    async def upload_link(self, key: str, *, media_type: str, size: int, sha256: str) -> UploadLink:
        """Sign type, length and SHA-256: the store refuses a request with other headers, or other bytes."""
        if not 0 <= size <= LARGEST_FILE:
            raise ValueError(f"S3 takes 0 to {LARGEST_FILE} bytes in one request, not {size}.")
        digest = bytes.fromhex(sha256)
        if len(digest) != _SHA256_BYTES:
            raise ValueError(f"A SHA-256 has {_SHA256_BYTES} bytes, not {len(digest)}.")
        checksum = base64.b64encode(digest).decode()
        _check_media_type(media_type)
        url = self._signer.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ContentType": media_type,
                "ContentLength": size,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=int(self._lifetime.total_seconds()),
        )
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(size),
            "x-amz-checksum-sha256": checksum,
        }
        return UploadLink(method="PUT", url=url, headers=headers, expires_in=self._lifetime)

    async def download_link(self, key: str, *, file_name: str, media_type: str) -> str:
        """Sign how the answer is labelled, so that nothing sent along with the upload can change it."""
        _check_media_type(media_type)
        return self._signer.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": media_type,
                "ResponseContentDisposition": attachment(file_name),
                # An uploader may add a Content-Encoding that was not signed; a browser would then save other
                # bytes than those that were hashed and scanned.
                "ResponseContentEncoding": "identity",
                # A shared cache would serve the file to whoever asks next.
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=int(self._lifetime.total_seconds()),
        )

    async def stored(self, key: str) -> StoredFile | None:
        """Hash what lies under the key, one chunk in memory at a time."""
        return await self._in_thread(self._transfers, lambda: self._stored(key))

    async def read(self, key: str) -> bytes:
        """The whole file, in memory."""
        return await self._in_thread(self._transfers, lambda: self._read(key))

    async def put(self, key: str, content: bytes, *, media_type: str) -> None:
        """The whole file, from memory, with its checksum."""
        _check_media_type(media_type)
        await self._in_thread(self._transfers, lambda: self._put(key, content, media_type))

    async def delete(self, key: str) -> None:
        """Remove the file and, in a bucket that keeps versions, all its versions."""
        await self._in_thread(self._requests, lambda: self._delete(key))

    async def healthy(self) -> bool:
        """Whether the bucket answers within 2 seconds."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await self._in_thread(self._requests, lambda: self._client.head_bucket(Bucket=self._bucket))
        except (FileStoreUnavailable, TimeoutError):
            return False
        return True

    async def aclose(self) -> None:
        """Let the requests under way end, then give back threads and connections."""
        await asyncio.to_thread(self._close)

    async def _in_thread(self, executor: ThreadPoolExecutor, call: Callable[[], _Result]) -> _Result:
        with unavailable():
            return await asyncio.get_running_loop().run_in_executor(executor, call)

    def _stored(self, key: str) -> StoredFile | None:
        try:
            answer = self._open(key)
        except FileNotFoundError:
            return None
        digest = hashlib.sha256()
        size = 0
        head = b""
        with closing(answer["Body"]) as body:
            for chunk in body.iter_chunks(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if len(head) < HEAD_SIZE:
                    head += chunk[: HEAD_SIZE - len(head)]
        media_type = answer.get("ContentType", "application/octet-stream")
        return StoredFile(size=size, sha256=digest.hexdigest(), media_type=media_type, head=head)

    def _read(self, key: str) -> bytes:
        with closing(self._open(key)["Body"]) as body:
            return body.read()

    def _open(self, key: str) -> "GetObjectOutputTypeDef":
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.NoSuchKey:
            raise FileNotFoundError(f"The file store holds nothing under {key!r}.") from None

    def _put(self, key: str, content: bytes, media_type: str) -> None:
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=content, ContentType=media_type, ChecksumAlgorithm="SHA256"
        )

    def _delete(self, key: str) -> None:
        answer = self._client.delete_object(Bucket=self._bucket, Key=key)
        if "VersionId" in answer:
            # The bucket keeps versions and has only hidden the file. What is erased must be gone.
            self._delete_versions(key)

    def _delete_versions(self, key: str) -> None:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        for page in pages:
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                if version["Key"] == key:
                    self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version["VersionId"])

    def _close(self) -> None:
        for executor in (self._transfers, self._requests):
            executor.shutdown(cancel_futures=True)
        self._signer.close()
        self._client.close()


def _check_media_type(media_type: str) -> None:
    """Keep line breaks and other surprises out of the headers that a link asks for."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError(f"{media_type!r} is not a media type.")
