"""SeaweedFS for the store's tests, and where else an S3 may listen."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

import httpx

from infra.storage.s3 import S3FileStore

_START_SECONDS: Final = 20
_PARTS: Final = ("master", "volume", "filer", "s3", "admin")


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where an S3 listens, and keys that may do everything there. The bucket need not exist."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str


class StoreBuilder(Protocol):
    """Builds a store that differs from the usual one in what a test names."""

    def __call__(
        self,
        *,
        endpoint: str = ...,
        bucket: str = ...,
        secret_key: str = ...,
        public_endpoint: str | None = ...,
        link_lifetime: timedelta = ...,
    ) -> S3FileStore:
        """The new store; the fixture closes it."""


def address_from_environment() -> S3Address:
    """SERRA_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY; _REGION and _BUCKET have defaults."""
    return S3Address(
        endpoint=os.environ["SERRA_TEST_S3_ENDPOINT"],
        region=os.environ.get("SERRA_TEST_S3_REGION", "us-east-1"),
        bucket=os.environ.get("SERRA_TEST_S3_BUCKET", "serra-test"),
        access_key=os.environ["SERRA_TEST_S3_ACCESS_KEY"],
        secret_key=os.environ["SERRA_TEST_S3_SECRET_KEY"],
    )


def _free_ports(count: int) -> list[int]:
    """Ports that differ from one another, because all are held until the last is known."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Address]:
    """SeaweedFS for the length of the block; only its S3 speaks HTTP, the unguarded filer does not."""
    ports = _free_ports(2 * len(_PARTS))
    options = [
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-disableHttp",
        "-admin.ui=false",
        "-webdav=false",
        "-master.telemetry=false",
        "-s3.autoCreateBucket=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    for part, http, grpc in zip(_PARTS, ports[::2], ports[1::2], strict=True):
        options += [f"-{part}.port={http}", f"-{part}.port.grpc={grpc}"]
    port = ports[2 * _PARTS.index("s3")]
    address = S3Address(
        endpoint=f"http://127.0.0.1:{port}",
        region="eu-north-1",
        bucket="serra-test",
        access_key="serra-test",
        secret_key=secrets.token_urlsafe(),
    )
    keys = {"AWS_ACCESS_KEY_ID": address.access_key, "AWS_SECRET_ACCESS_KEY": address.secret_key}
    weed = Path(sys.executable).with_name("weed")
    with (folder / "output.txt").open("wb") as output:
        server = subprocess.Popen(
            [weed, "-logdir", str(folder), "mini", *options],
            env={**os.environ, **keys},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(server, f"{address.endpoint}/healthz", folder / "output.txt")
        yield address
    finally:
        server.kill()
        server.wait()
        for port in ports:  # its sockets outlive it
            for left_over in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                left_over.unlink(missing_ok=True)
        shutil.rmtree(folder)


def _wait_until_ready(server: subprocess.Popen[bytes], health: str, output: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if client.get(health).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
    raise RuntimeError(f"SeaweedFS did not start:\n{output.read_text(errors='replace')[-2000:]}")
