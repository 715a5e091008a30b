"""The bucket: made, opened to browsers, and emptied for good."""

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING

import httpx
import pytest

from infra.storage.s3 import S3FileStore
from services.artefacts.ports import FileStoreUnavailable
from tests.infra.storage.seaweedfs import S3Address, StoreBuilder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


async def test_prepare_makes_the_bucket_once(new_store: StoreBuilder, new_bucket: str) -> None:
    """Replicas that start together, and again later, find one bucket and no error."""
    stores = [new_store(bucket=new_bucket) for _ in range(3)]
    assert not await stores[0].healthy()
    await asyncio.gather(*(store.prepare() for store in stores))
    await stores[0].prepare()
    assert await stores[0].healthy()


async def test_without_its_bucket_the_store_says_what_to_do(new_store: StoreBuilder, new_bucket: str) -> None:
    """A missing bucket is a matter for the operator, not a missing file."""
    store = new_store(bucket=new_bucket)
    for asked in (store.stored("a"), store.read("a"), store.delete("a")):
        with pytest.raises(FileStoreUnavailable, match="bucket has to be created"):
            await asked


async def test_prepare_keeps_the_rules_of_others(
    new_store: StoreBuilder, new_bucket: str, operator: "S3Client"
) -> None:
    """Allowing browsers replaces our own rule only."""
    store = new_store(bucket=new_bucket)
    await store.prepare()
    operator.put_bucket_cors(
        Bucket=new_bucket,
        CORSConfiguration={
            "CORSRules": [
                {"ID": "other", "AllowedMethods": ["GET"], "AllowedOrigins": ["https://other.example"]},
                {
                    "ID": "serra-signed-links",
                    "AllowedMethods": ["GET"],
                    "AllowedOrigins": ["https://a.example"],
                },
            ]
        },
    )
    await store.prepare()
    rules = operator.get_bucket_cors(Bucket=new_bucket)["CORSRules"]
    assert [(rule.get("ID"), rule["AllowedOrigins"]) for rule in rules] == [
        ("other", ["https://other.example"]),
        ("serra-signed-links", ["*"]),
    ]


async def test_pages_may_use_links(store: S3FileStore, browser: httpx.AsyncClient, key: str) -> None:
    """A browser that asks first, as it does for another origin, is told to go ahead."""
    sha256 = hashlib.sha256(b"x").hexdigest()
    link = await store.upload_link(key, media_type="application/pdf", size=1, sha256=sha256)
    asked = {
        "Origin": "https://serra.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,x-amz-checksum-sha256",
    }
    answer = await browser.options(link.url, headers=asked)
    assert answer.is_success
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://serra.example"}
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed == {"*"} or allowed >= {"content-type", "x-amz-checksum-sha256"}
    sent = await browser.put(link.url, headers={**link.headers, "Origin": asked["Origin"]}, content=b"x")
    assert sent.status_code == httpx.codes.OK
    assert sent.headers["Access-Control-Allow-Origin"] in {"*", "https://serra.example"}


async def test_deleted_is_gone_from_a_bucket_that_keeps_versions(
    new_store: StoreBuilder, new_bucket: str, operator: "S3Client"
) -> None:
    """Erasing takes all versions of the file, and none of a neighbour whose key begins alike."""
    store = new_store(bucket=new_bucket)
    await store.prepare()
    operator.put_bucket_versioning(Bucket=new_bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"first", b"second"):
        operator.put_object(Bucket=new_bucket, Key="a", Body=content)
    operator.put_object(Bucket=new_bucket, Key="ab", Body=b"neighbour")
    await store.delete("a")
    await store.delete("a")
    left = operator.list_object_versions(Bucket=new_bucket)
    assert [version["Key"] for version in left.get("Versions", [])] == ["ab"]
    assert left.get("DeleteMarkers", []) == []
    assert await store.read("ab") == b"neighbour"
    await store.delete("ab")


async def test_machine_settings_of_others_are_ignored(
    s3_address: S3Address, new_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an AWS profile nor an office's proxy comes between the service and a store beside it."""
    monkeypatch.setenv("AWS_PROFILE", "of-another-project")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    store = new_store()
    await store.prepare()
    assert await store.healthy()
