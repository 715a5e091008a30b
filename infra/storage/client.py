"""Clients of an S3, and its errors in sentences for people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from infra.loopback import is_loopback
from services.artefacts.ports import FileStoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 10
_UNREACHABLE: Final = (
    "The file store does not answer. Try again in a few minutes; if it stays so, tell whoever runs this service."
)
_NO_BUCKET: Final = (
    "The file store has no place for this service's files yet. "
    "Tell whoever runs this service: its bucket has to be created."
)


def session_of(region: str, access_key: str, secret_key: str) -> boto3.Session:
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


def client_of(session: boto3.Session, endpoint: str, connections: int) -> "S3Client":
    """A client of an endpoint that keeps so many connections."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=connections,
        # Whether a file is still what it was is for `stored` to tell; botocore would call the store broken.
        response_checksum_validation="when_required",
        proxies={} if is_loopback(urlsplit(endpoint).hostname or "") else None,
    )
    return session.client("s3", endpoint_url=endpoint, config=config)


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn the client's errors into sentences for people; the cause stays attached for the log."""
    try:
        yield
    except ClientError as error:
        raise FileStoreUnavailable(_refusal(error)) from error
    except (BotoCoreError, HTTPError) as error:  # the second: TLS that breaks while a body is read
        raise FileStoreUnavailable(_UNREACHABLE) from error


def _refusal(error: ClientError) -> str:
    status, code = status_of(error), code_of(error)
    if code == "NoSuchBucket" or status == NOT_FOUND:
        return _NO_BUCKET
    if status == FORBIDDEN:
        return (
            f"The file store refuses this service ({code}). "
            "Tell whoever runs it: the store's credentials or permissions have to be corrected."
        )
    return (
        f"The file store could not do what was asked ({code}). "
        "Try again in a few minutes; if it stays so, tell whoever runs this service."
    )


def code_of(error: ClientError) -> str:
    """What the store calls its error."""
    return error.response.get("Error", {}).get("Code", "unknown")


def status_of(error: ClientError) -> int:
    """The HTTP status of the store's answer; 0 where there was none."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
