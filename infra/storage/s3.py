"""The file store on any S3: SigV4, path-style addresses, blocking client calls kept off the event loop.

Browsers send and fetch files with signed links, past Serra, and a link names everything about the one request
it allows; see docs/decisions/004-file-storage.md.
"""

import asyncio
import base64
import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, TypeVar, cast
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from infra.storage.attachment import attachment
from services.artefacts.media_types import HEAD_SIZE
from services.artefacts.ports import FileStoreUnavailable, StoredFile, UploadLink

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef, GetObjectOutputTypeDef

_Result = TypeVar("_Result")

LARGEST_FILE: Final = 5 * 1024**3
"""Bytes that S3 takes in one request."""

_LONGEST_LINK_LIFETIME: Final = timedelta(days=7)  # SigV4 allows no more
_SHA256_BYTES: Final = 32
_MEDIA_TYPE: Final = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*(; ?[ -~]+)?", re.ASCII | re.IGNORECASE
)
_CHUNK: Final = 1024 * 1024
_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 10
_HEALTH_SECONDS: Final = 2
# Reading a large file holds a thread for long; the short requests have their own, so that they need not wait.
_TRANSFER_THREADS: Final = 4
_REQUEST_THREADS: Final = 4

_REGION_WITHOUT_CONSTRAINT: Final = "us-east-1"
_CORS_RULE_ID: Final = "serra-signed-links"
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_CORS_IS_NOT_OURS: Final = frozenset({_FORBIDDEN, 405, 501})

_UNREACHABLE: Final = (
    "The file store does not answer. Try again in a few minutes; if it stays so, tell whoever runs this service."
)
_NO_BUCKET: Final = (
    "The file store has no place for this service's files yet. "
    "Tell whoever runs this service: its bucket has to be created."
)

_log = logging.getLogger(__name__)


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
        session = _session(region, access_key, secret_key)
        self._client = _client(session, endpoint)
        self._signer = _client(session, public_endpoint) if public_endpoint else self._client
        self._transfers = ThreadPoolExecutor(_TRANSFER_THREADS, "s3-transfer")
        self._requests = ThreadPoolExecutor(_REQUEST_THREADS, "s3-request")

    async def prepare(self) -> None:
        """Create the bucket and allow browsers; rules that others set for the bucket stay as they are."""
        await self._in_thread(self._requests, self._prepare)

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
        with _unavailable():
            return await asyncio.get_running_loop().run_in_executor(executor, call)

    def _prepare(self) -> None:
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if _status(error) != _NOT_FOUND:
                raise
            self._create_bucket()
        self._allow_browsers()

    def _create_bucket(self) -> None:
        already_there = self._client.exceptions.BucketAlreadyOwnedByYou  # another replica was faster
        try:
            if self._region == _REGION_WITHOUT_CONSTRAINT:
                self._client.create_bucket(Bucket=self._bucket)
            else:
                region = cast("BucketLocationConstraintType", self._region)
                self._client.create_bucket(
                    Bucket=self._bucket, CreateBucketConfiguration={"LocationConstraint": region}
                )
        except already_there:
            return

    def _allow_browsers(self) -> None:
        ours: CORSRuleTypeDef = {
            "ID": _CORS_RULE_ID,
            # A signed link is all the authority there is, and no cookie goes along, so any page may use it.
            "AllowedOrigins": ["*"],
            "AllowedMethods": ["GET", "PUT"],
            "AllowedHeaders": ["Content-Type", "x-amz-checksum-sha256", "Range"],
            "MaxAgeSeconds": 3600,
        }
        try:
            others = [rule for rule in self._cors_rules() if rule.get("ID") != _CORS_RULE_ID]
            self._client.put_bucket_cors(Bucket=self._bucket, CORSConfiguration={"CORSRules": [*others, ours]})
        except ClientError as error:
            if _status(error) not in _CORS_IS_NOT_OURS:
                raise
            _log.warning(
                "The file store takes no CORS rules (%s): allow browsers to GET and PUT in its own settings.",
                _code(error),
            )

    def _cors_rules(self) -> "list[CORSRuleTypeDef]":
        try:
            answer = self._client.get_bucket_cors(Bucket=self._bucket)
        except ClientError as error:
            if _status(error) == _NOT_FOUND:
                return []
            raise
        return cast("list[CORSRuleTypeDef]", answer["CORSRules"])

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


def _session(region: str, access_key: str, secret_key: str) -> boto3.Session:
    """A session that knows what it is told and nothing of the machine's own AWS profiles."""
    unset = (None, None, None, None)
    no_file = (None, None, os.devnull, None)
    core = botocore.session.Session(session_vars={"profile": unset, "config_file": no_file})
    return boto3.Session(
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name=region,
        botocore_session=core,
    )


def _client(session: boto3.Session, endpoint: str) -> "S3Client":
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=_TRANSFER_THREADS + _REQUEST_THREADS,
        # Whether a file is still what it was is for `stored` to tell; botocore would call the store broken.
        response_checksum_validation="when_required",
        proxies={} if _on_this_machine(endpoint) else None,
    )
    return session.client("s3", endpoint_url=endpoint, config=config)


def _on_this_machine(endpoint: str) -> bool:
    """Whether an office's proxy, set for all programs, could not reach the endpoint."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_media_type(media_type: str) -> None:
    """Keep line breaks and other surprises out of the headers that a link asks for."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError(f"{media_type!r} is not a media type.")


@contextmanager
def _unavailable() -> Iterator[None]:
    """Turn the client's errors into sentences for people; the cause stays attached for the log."""
    try:
        yield
    except ClientError as error:
        raise FileStoreUnavailable(_refusal(error)) from error
    except (BotoCoreError, HTTPError) as error:  # the second: TLS that breaks while a body is read
        raise FileStoreUnavailable(_UNREACHABLE) from error


def _refusal(error: ClientError) -> str:
    status, code = _status(error), _code(error)
    if code == "NoSuchBucket" or status == _NOT_FOUND:
        return _NO_BUCKET
    if status == _FORBIDDEN:
        return (
            f"The file store refuses this service ({code}). "
            "Tell whoever runs it: the store's credentials or permissions have to be corrected."
        )
    return (
        f"The file store could not do what was asked ({code}). "
        "Try again in a few minutes; if it stays so, tell whoever runs this service."
    )


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
