import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config

from infra.embedded import EmbeddedServers, S3Address, start_embedded

PROJECT = Path(__file__).parents[3]

# A service that starts the servers from a thread that then ends, forks a child that lives on, and waits to be killed.
SERVICE = """
import json, os, sys, threading, time
from dataclasses import asdict
from pathlib import Path
sys.path += json.loads(sys.argv[1])
from infra.embedded import start_embedded
if len(sys.argv) > 3:
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[3]))
begun = []
starter = threading.Thread(target=lambda: begun.append(start_embedded(Path(sys.argv[2]))))
starter.start()
starter.join()
(servers,) = begun
child = os.fork()
if child == 0:
    servers.stop()  # not its to stop
    time.sleep(60)
    os._exit(0)
said = {"database_url": servers.database_url, "s3": asdict(servers.s3), "pids": servers.pids, "child": child}
print(json.dumps(said), flush=True)
time.sleep(60)
"""


@dataclass(frozen=True)
class Service:
    """A process that started the servers, and what it said of them."""

    process: subprocess.Popen[bytes]
    database_url: str
    s3: S3Address
    pids: dict[str, int]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """Servers for the tests that do not end them, in a folder whose name has all that names can have."""
    folder = tmp_path_factory.mktemp("embedded") / "Ærø, l'été „ü“ 100%"
    with start_embedded(folder, durable=False) as servers:
        yield servers


@pytest.fixture(scope="session")
def embedded_folder(embedded: EmbeddedServers) -> Path:
    """The folder of those servers."""
    return Path(psutil.Process(embedded.pids["supervisor"]).cwd())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services in processes of their own; none is left after the test."""
    begun: list[subprocess.Popen[bytes]] = []
    children: list[int] = []

    def start(folder: Path, *, uid: int | None = None, python: str = sys.executable, **environment: str) -> Service:
        path = json.dumps([str(PROJECT), *(entry for entry in sys.path if entry.endswith("site-packages"))])
        process = subprocess.Popen(
            [python, "-I", "-S", "-c", SERVICE, path, folder, *([str(uid)] if uid else [])],
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            cwd="/",
        )
        begun.append(process)
        assert process.stdout is not None
        with process.stdout:
            line = process.stdout.readline()
        assert line, "the service ended before it had its servers"
        said: dict[str, Any] = json.loads(line)
        children.append(said["child"])
        return Service(process, said["database_url"], S3Address(**said["s3"]), said["pids"])

    yield start
    for process in begun:
        process.kill()
        process.wait()
    for child in children:
        psutil.Process(child).kill()


def client(address: S3Address, **instead: str) -> Any:
    """An S3 client for the address, with other keys where the test wants them."""
    return boto3.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=instead.get("access_key", address.access_key),
        aws_secret_access_key=instead.get("secret_key", address.secret_key),
        config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="session")
def s3_client() -> Callable[..., Any]:
    """Makes S3 clients."""
    return client


def gone(pids: dict[str, int], *, seconds: float = 15) -> bool:
    """Whether all these processes end in time; a zombie has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and _runs(pid) for pid in pids.values()):
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def all_gone() -> Callable[..., bool]:
    """Waits for the end of processes."""
    return gone
