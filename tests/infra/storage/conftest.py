"""A real S3 for the store's tests: SeaweedFS, and one more where SERRA_TEST_S3_ENDPOINT names it."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import boto3
import httpx
import pytest
import pytest_asyncio
from botocore.config import Config

from infra.storage.s3 import S3FileStore
from tests.infra.storage.seaweedfs import S3Address, StoreBuilder, address_from_environment, seaweedfs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SERVERS: Final = ["seaweedfs", *(["environment"] if "SERRA_TEST_S3_ENDPOINT" in os.environ else [])]


@pytest.fixture(scope="session", params=_SERVERS)
def s3_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Address]:
    """Each S3 that the contract has to hold on."""
    if request.param == "environment":
        yield address_from_environment()
    else:
        with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as address:
            yield address


@pytest_asyncio.fixture(scope="session")
async def store(s3_address: S3Address) -> AsyncIterator[S3FileStore]:
    """The store as the service uses it, its bucket made."""
    store = S3FileStore(
        s3_address.endpoint,
        s3_address.region,
        s3_address.bucket,
        s3_address.access_key,
        s3_address.secret_key,
    )
    await store.prepare()
    yield store
    await store.aclose()


@pytest_asyncio.fixture
async def new_store(s3_address: S3Address) -> AsyncIterator[StoreBuilder]:
    """Builds stores that differ from `store` in what a test names; closes them."""
    opened: list[S3FileStore] = []

    def build(
        *,
        endpoint: str = s3_address.endpoint,
        bucket: str = s3_address.bucket,
        secret_key: str = s3_address.secret_key,
        public_endpoint: str | None = None,
        link_lifetime: timedelta = timedelta(minutes=15),
    ) -> S3FileStore:
        store = S3FileStore(
            endpoint,
            s3_address.region,
            bucket,
            s3_address.access_key,
            secret_key,
            public_endpoint=public_endpoint,
            link_lifetime=link_lifetime,
        )
        opened.append(store)
        return store

    yield build
    for store in opened:
        await store.aclose()


@pytest_asyncio.fixture
async def key(store: S3FileStore) -> AsyncIterator[str]:
    """A key that no other test uses, empty again afterwards."""
    key = f"tests/{secrets.token_hex(8)}"
    yield key
    await store.delete(key)


@pytest.fixture(scope="session")
def operator(s3_address: S3Address) -> Iterator["S3Client"]:
    """Whoever runs the S3, at work on its settings."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_address.endpoint,
        region_name=s3_address.region,
        aws_access_key_id=s3_address.access_key,
        aws_secret_access_key=s3_address.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, proxies={}),
    )
    yield client
    client.close()


@pytest.fixture
def new_bucket(s3_address: S3Address, operator: "S3Client") -> Iterator[str]:
    """The name of a bucket that does not exist yet, and does not afterwards."""
    bucket = f"{s3_address.bucket}-{secrets.token_hex(4)}"
    yield bucket
    with suppress(operator.exceptions.NoSuchBucket):
        operator.delete_bucket(Bucket=bucket)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A client that knows nothing but links."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client
