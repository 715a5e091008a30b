"""The three that are measured, each a process of its own at a port of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.bench import limit
from infra.bench.fixed import Fixed
from infra.bench.questions import Ask, Question, graphql_body, request
from infra.bench.world import FOLDER, World
from infra.embedded.ports import free_ports

_HERE = Path(__file__).parent
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 15.0
_PACKAGES = ("postgraphile@5.1.5", "@graphile/simplify-inflection@9.0.0", "node@22.23.3")
"""The peer, and the Node that runs it whatever Node is on the path."""

Say = Callable[[str], None]


class ContenderFailed(Exception):
    """A contender did not start; the message says why, and where its log is."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that runs, and how it is asked."""

    name: str
    pid: int
    port: int

    def requests(self, question: Question, asked: Sequence[Ask]) -> list[bytes]:
        """The requests of these asks, whole."""
        if self.name == "peer":
            return [request(self.port, ask.person, graphql_body(question.peer, ask.peer)) for ask in asked]
        return [request(self.port, ask.person, graphql_body(question.serra, ask.serra)) for ask in asked]


@contextmanager
def serra(world: World, url: str) -> Iterator[Contender]:
    """Serra as production serves it, with one worker, on the database at `url`."""
    s3 = world.servers.s3
    (port,) = free_ports(1)
    environment = {
        "SERRA_ENVIRONMENT": "production",
        "SERRA_PORT": str(port),
        "SERRA_WORKERS": "1",
        "SERRA_SECRET": "-" * 32,
        # Two hundred people ask as much as thousands would; the peer has no budgets.
        "SERRA_COST_BUDGET": "1000000000",
        "SERRA_COST_BUDGET_PER_SECOND": "1000000000",
        "SERRA_DATABASE_URL": url,
        "SERRA_S3_ENDPOINT": s3.endpoint,
        "SERRA_S3_REGION": s3.region,
        "SERRA_S3_BUCKET": s3.bucket,
        "SERRA_S3_ACCESS_KEY": s3.access_key,
        "SERRA_S3_SECRET_KEY": s3.secret_key,
    }
    with _running("serra", [sys.executable, "-m", "infra.cli", "serve"], environment, port) as started:
        yield started


@contextmanager
def the_limit(world: World, url: str, statements: Mapping[str, tuple[str, Fixed]]) -> Iterator[Contender]:
    """Fixed SQL. `statements`: document → the field that it answers and the statement."""
    (port,) = free_ports(1)
    script = {
        "people": {
            f"Bearer {person.token}": {"keyring": person.keyring, "id": person.id, "organisation": person.organisation}
            for person in world.people
        },
        "reads": {document: {"field": name, **asdict(fixed)} for document, (name, fixed) in statements.items()},
    }
    path = _kept("limit.json", script)
    environment = {"DATABASE_URL": url, "PORT": str(port), limit.SCRIPT: str(path)}
    with _running("limit", [sys.executable, "-m", "infra.bench.limit"], environment, port) as started:
        yield started


@contextmanager
def peer(world: World, url: str) -> Iterator[Contender]:
    """PostGraphile, under row-level security."""
    (port,) = free_ports(1)
    folder = FOLDER / "peer"
    shutil.copyfile(_HERE / "peer.mjs", folder / "peer.mjs")
    viewers = {person.token: {"keyring": person.keyring, "person": person.id} for person in world.people}
    environment = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "VIEWERS": str(_kept("viewers.json", viewers).absolute()),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "NODE_OPTIONS": "--max-semi-space-size=64",
    }
    with _running("peer", [str(_node(folder).absolute()), "peer.mjs"], environment, port, folder) as started:
        yield started


def install_peer(say: Say) -> str | None:
    """Install the peer where it is missing. Gives the reason where it cannot be had."""
    folder = FOLDER / "peer"
    note = folder / "installed"
    if note.exists() and note.read_text(encoding="utf-8").split() == list(_PACKAGES):
        return None
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "there is no Node.js with npm on the path"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say(f"Installing the peer: {' '.join(_PACKAGES)} …")
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        [npm, "install", *options, *_PACKAGES], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode or not _node(folder).exists():
        return f"npm could not install it: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}"
    note.write_text("\n".join(_PACKAGES), encoding="utf-8")
    return None


def _node(folder: Path) -> Path:
    return folder / "node_modules" / "node" / "bin" / "node"


def _kept(name: str, content: object) -> Path:
    path = FOLDER / name
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o600)
    return path


@contextmanager
def _running(
    name: str, command: Sequence[str], environment: Mapping[str, str], port: int, folder: Path | None = None
) -> Iterator[Contender]:
    """Start a server, wait until it listens, and end it with everything that it started."""
    logs = FOLDER / "logs"
    logs.mkdir(exist_ok=True)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SERRA_", "MEILI_"))}
    with (logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; we then end what we started, in order
        )
        try:
            _wait_until_it_listens(name, process, port, logs / f"{name}.log")
            yield Contender(name, process.pid, port)
        finally:
            _end(process)


def _wait_until_it_listens(name: str, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise ContenderFailed(f"{name} did not start. The end of {log}:\n{last}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to stop; then end its whole group, which is ours alone, so that nothing of it is left."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
