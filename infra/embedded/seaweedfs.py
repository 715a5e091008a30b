"""The embedded S3 file store: SeaweedFS, all of its parts in one process."""

import contextlib
import shutil
import signal
from dataclasses import dataclass, fields
from http import HTTPStatus
from pathlib import Path

from infra.embedded.binaries import weed_path
from infra.embedded.certificates import new_certificate
from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import Credentials, DataFolder, make_private, write_private
from infra.embedded.ports import free_port_pair, free_ports
from infra.embedded.process import Server, Surroundings, last_lines, launch, rotate
from infra.embedded.s3_request import put_bucket

BUCKET = "serra"
REGION = "us-east-1"
_NAME = "SeaweedFS"
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 20.0
_TRIES = 3
_SECONDS_BETWEEN_TRIES = 1.0
_PORTS_TAKEN = ("is not available on", "address already in use")
# Settings would otherwise be looked for in /etc/seaweedfs as well, and could lead to somebody else's file store.
_FILER = '[leveldb2]\nenabled = true\ndir = "./data/filerldb2"\n'


@dataclass(frozen=True, slots=True)
class _Ports:
    master: int
    master_grpc: int
    volume: int
    volume_grpc: int
    filer: int
    filer_grpc: int
    s3: int
    s3_grpc: int
    webdav: int  # not served, but SeaweedFS wants it free
    admin: int
    admin_grpc: int


@dataclass(frozen=True, slots=True)
class RunningSeaweedfs:
    """A file store that takes signed requests, its bucket made."""

    server: Server
    ports: _Ports

    @property
    def endpoint(self) -> str:
        """Where it takes them."""
        return f"http://127.0.0.1:{self.ports.s3}"


@dataclass(frozen=True, slots=True)
class _Launched:
    server: Server
    ports: _Ports


@dataclass(frozen=True, slots=True)
class Seaweedfs:
    """The file store of one data folder."""

    folder: DataFolder
    credentials: Credentials
    surroundings: Surroundings

    @property
    def _log(self) -> Path:
        return self.folder.logs / "seaweedfs.log"

    @property
    def _port_note(self) -> Path:
        return self.folder.logs / "seaweedfs.ports"

    def begin(self, started: list[Server]) -> _Launched:
        """Start the server without waiting for it. Its process is added to `started`."""
        self._write_settings()
        rotate(self._log)
        chosen = free_ports(len(fields(_Ports)) - 2)
        chosen += free_port_pair(chosen)
        ports = _Ports(*chosen)
        launched = _Launched(self._launch(ports), ports)
        started.append(launched.server)
        return launched

    def finish(self, launched: _Launched, started: list[Server]) -> RunningSeaweedfs:
        """Wait until the server takes requests and has its bucket."""
        for attempt in range(1, _TRIES + 1):
            server = launched.server
            if self._takes_requests(launched):
                return RunningSeaweedfs(server, launched.ports)
            started.remove(server)
            log = self._log.read_text(errors="replace")
            if attempt == _TRIES or not any(words in log for words in _PORTS_TAKEN):
                raise server.refused("did not start.")
            launched = self.begin(started)
        raise AssertionError  # the last attempt returns or raises

    def restart(self, ports: _Ports, started: list[Server]) -> Server:
        """Start the server once more where its clients look for it, after it ended by itself."""
        for _ in range(_TRIES):
            self._write_settings()
            launched = _Launched(self._launch(ports), ports)
            started.append(launched.server)
            if self._takes_requests(launched):
                return launched.server
            started.remove(launched.server)
            self.surroundings.parent.wait(_SECONDS_BETWEEN_TRIES)
        raise EmbeddedError(f"{_NAME} did not start again.\nThe last lines of {self._log}:\n{last_lines(self._log)}")

    def _takes_requests(self, launched: _Launched) -> bool:
        """Wait until it does; False when it has ended instead."""
        server, port = launched.server, launched.ports.s3
        ready = self.surroundings.parent.wait_until(
            lambda: server.ended or self._has_bucket(port), seconds=_SECONDS_TO_START
        )
        if not ready:
            raise server.refused(f"did not take requests within {_SECONDS_TO_START:.0f} seconds.")
        return not server.ended

    def sweep(self) -> None:
        """Remove the sockets that a killed SeaweedFS left in /tmp: it puts them there whatever it is told."""
        with contextlib.suppress(FileNotFoundError):
            for port in self._port_note.read_text(encoding="ascii").split():
                for part in ("master", "volume", "filer", "s3", "admin"):
                    socket = Path("/tmp") / f"seaweedfs-{part}-grpc-{port}.sock"  # noqa: S108 - theirs, not ours
                    socket.unlink(missing_ok=True)
            self._port_note.unlink()

    def _has_bucket(self, port: int) -> bool:
        keys = self.credentials
        try:
            status = put_bucket(
                "127.0.0.1",
                port,
                bucket=BUCKET,
                region=REGION,
                access_key=keys.s3_access_key,
                secret_key=keys.s3_secret_key,
            )
        except OSError:
            return False
        return status in {HTTPStatus.OK, HTTPStatus.CONFLICT}

    def _write_settings(self) -> None:
        account = self.surroundings.account
        owner = account.owner if account else None
        home = make_private(self.folder.seaweedfs, owner)
        data = make_private(home / "data", owner)
        make_private(home / "tmp", owner)
        self.sweep()
        # The master keeps a folder per port that it ever had; what it needs it learns from the volumes again.
        for stale in data.glob("m[0-9]*"):
            shutil.rmtree(stale)
        node = new_certificate()
        for name, text in (
            ("authority.crt", node.authority),
            ("node.crt", node.certificate),
            ("node.key", node.key),
            ("security.toml", _security()),
            ("filer.toml", _FILER),
        ):
            write_private(home / name, text, owner)

    def _launch(self, ports: _Ports) -> Server:
        home = self.folder.seaweedfs
        grpc = (ports.master_grpc, ports.volume_grpc, ports.filer_grpc, ports.s3_grpc, ports.admin_grpc)
        self._port_note.write_text(" ".join(map(str, grpc)), encoding="ascii")
        options = {
            # All paths are relative to the working folder: a comma in a path would make two of it, and a socket's
            # path may have 107 bytes at most.
            "dir": "./data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            # Its parts open connections to each other that they then do not use, and at the end wait for these to
            # time out. Slow clients are not affected: whole chunks are fetched for them.
            "idleTimeout": 2,
            "master.port": ports.master,
            "master.port.grpc": ports.master_grpc,
            "master.telemetry": "false",
            "volume.port": ports.volume,
            "volume.port.grpc": ports.volume_grpc,
            "volume.preStopSeconds": 0,
            "filer.port": ports.filer,
            "filer.port.grpc": ports.filer_grpc,
            "filer.localSocket": "./filer.sock",
            "s3.port": ports.s3,
            "s3.port.grpc": ports.s3_grpc,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.localSocket": "./s3.sock",
            "s3.iam": "false",
            "webdav": "false",
            "webdav.port": ports.webdav,
            "admin.ui": "false",
            "admin.port": ports.admin,
            "admin.port.grpc": ports.admin_grpc,
        }
        process = launch(
            [weed_path(), "-logtostderr=true", "mini", *(f"-{name}={value}" for name, value in options.items())],
            surroundings=self.surroundings,
            folder=home,
            environment={
                "HOME": str(home),
                "TMPDIR": str(home / "tmp"),
                "AWS_ACCESS_KEY_ID": self.credentials.s3_access_key,
                "AWS_SECRET_ACCESS_KEY": self.credentials.s3_secret_key,
            },
            log=self._log,
            stop_signal=signal.SIGTERM,
        )
        return Server(_NAME, process, self._log, signal.SIGTERM, _SECONDS_TO_STOP)


def _security() -> str:
    """Every port but S3's own demands a certificate, and every part shows the one that there is."""
    pair = 'cert = "./node.crt"\nkey = "./node.key"\n'
    authority = 'ca = "./authority.crt"\n'
    grpc = "".join(
        f"[grpc.{part}]\n{pair}" for part in ("master", "volume", "filer", "s3", "admin", "worker", "client")
    )
    https = "".join(f"[https.{part}]\n{pair}{authority}" for part in ("master", "volume", "filer", "admin"))
    return f"[grpc]\n{authority}{grpc}{https}[https.client]\nenabled = true\n{pair}{authority}"
