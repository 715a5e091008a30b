"""The embedded PostgreSQL: its cluster, its settings, its start."""

import locale
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.binaries import bin_path
from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import Credentials, DataFolder, make_private, write_private
from infra.embedded.ports import free_ports
from infra.embedded.process import Server, Surroundings, command_of, last_lines, launch, rotate, run

DATABASE = ROLE = "serra"
_NAME = "PostgreSQL"
_SECONDS_TO_START = 300.0  # a crash on a slow disk takes its time to recover from
_SECONDS_TO_STOP = 60.0
_TRIES = 3
_SECONDS_BETWEEN_TRIES = 1.0

# The superuser has no password and so can never log in: who reaches the database reaches no file and no program.
# vector is the one extension that only a superuser may create; in template1 it is in every later database too.
_SET_UP = f"""\
create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists vector;
create role {ROLE} login createdb createrole password '%s';
create database {DATABASE} owner {ROLE};
"""
_WHO_MAY_CONNECT = "host all all 127.0.0.1/32 scram-sha-256\n"
_NEW_PASSWORD = f"alter role {ROLE} password '%s';\n"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may have 107 bytes at most; ours may be longer
    "max_connections": "100",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",  # a laptop has no spinning disk
    "jit": "off",  # the statements are short: compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",  # the log is for what a person should know
    "log_line_prefix": "%m [%p] ",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class RunningPostgresql:
    """A PostgreSQL that takes connections, and its address for the role that owns the database."""

    server: Server
    url: str
    port: int


@dataclass(frozen=True, slots=True)
class Postgresql:
    """The PostgreSQL of one data folder."""

    folder: DataFolder
    credentials: Credentials
    surroundings: Surroundings
    durable: bool

    @property
    def _cluster(self) -> Path:
        return self.folder.postgresql / "cluster"

    @property
    def _log(self) -> Path:
        return self.folder.logs / "postgresql.log"

    def prepare(self, *, new_credentials: bool) -> None:
        """Make the cluster at the first start; give the role its new password where the old one was lost."""
        account = self.surroundings.account
        make_private(self.folder.postgresql, account.owner if account else None)
        rotate(self._log)
        if not self._cluster.exists():
            self._make_cluster()
        elif new_credentials:
            self._forget_stale_pid()
            self._single_user(self._cluster, _NEW_PASSWORD % self.credentials.database_password)

    def start(self, started: list[Server]) -> RunningPostgresql:
        """Start the server and wait until it takes connections. Each process begun is added to `started` at once."""
        for attempt in range(1, _TRIES + 1):
            (port,) = free_ports(1)
            server = self._start_at(port, started)
            if not server.ended:
                secret = self.credentials.database_password
                return RunningPostgresql(server, f"postgresql://{ROLE}:{secret}@127.0.0.1:{port}/{DATABASE}", port)
            if attempt == _TRIES or "Address already in use" not in self._log.read_text(errors="replace"):
                raise server.refused("did not start.")
            rotate(self._log)
        raise AssertionError  # the last attempt returns or raises

    def restart(self, port: int, started: list[Server]) -> Server:
        """Start the server once more where its clients look for it, after it ended by itself."""
        for _ in range(_TRIES):
            server = self._start_at(port, started)
            if not server.ended:
                return server
            # What is left of a killed server may still be ending, and holds its memory until then.
            self.surroundings.parent.wait(_SECONDS_BETWEEN_TRIES)
        raise EmbeddedError(f"{_NAME} did not start again.\nThe last lines of {self._log}:\n{last_lines(self._log)}")

    def _start_at(self, port: int, started: list[Server]) -> Server:
        """A server that takes connections, or one that has ended; only the former is left in `started`."""
        self._forget_stale_pid()
        server = self._launch(port)
        started.append(server)
        self.surroundings.parent.wait_until(
            lambda: server.ended or self._takes_connections(server), seconds=_SECONDS_TO_START
        )
        if server.ended:
            started.remove(server)
        elif not self._takes_connections(server):
            raise server.refused(f"did not take connections within {_SECONDS_TO_START:.0f} seconds.")
        return server

    def _launch(self, port: int) -> Server:
        settings = {**_SETTINGS, "port": str(port), **({} if self.durable else _FORGETFUL)}
        process = launch(
            [bin_path("postgres"), "-D", self._cluster, *(f"--{name}={value}" for name, value in settings.items())],
            surroundings=self.surroundings,
            folder=self.folder.postgresql,
            environment={"HOME": str(self.folder.postgresql)},
            log=self._log,
            stop_signal=signal.SIGINT,  # a "fast" shutdown: clean, and without waiting for clients to leave
        )
        return Server(_NAME, process, self._log, signal.SIGINT, _SECONDS_TO_STOP)

    def _takes_connections(self, server: Server) -> bool:
        lines = self._pid_lines()
        return len(lines) > 7 and lines[0] == str(server.process.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - the file's layout

    def _pid_lines(self) -> list[str]:
        try:
            return (self._cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _forget_stale_pid(self) -> None:
        """Remove the file of an earlier server whose process number now belongs to something else.

        We hold the lock, so that server is gone; but PostgreSQL would see a living process and refuse to start.
        """
        lines = self._pid_lines()
        if lines and lines[0].isdigit() and str(self._cluster) not in command_of(int(lines[0])):
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Make it aside and then rename it, so that what a crash leaves half made is never mistaken for a cluster."""
        draft = self.folder.postgresql / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        initdb = bin_path("initdb")
        options = {
            "pgdata": draft,
            "username": "postgres",
            "auth": "reject",  # until pg_hba.conf is ours
            "encoding": "UTF8",
            "locale": "C",
            "lc-ctype": _ctype(),
            "locale-provider": "builtin",  # sorts the same on every machine and after every upgrade
            "builtin-locale": "C.UTF-8",
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self._run([initdb, "--no-sync", "--no-instructions", *arguments])
        account = self.surroundings.account
        write_private(draft / "pg_hba.conf", _WHO_MAY_CONNECT, account.owner if account else None)
        self._single_user(draft, _SET_UP % self.credentials.database_password)
        if self.durable:
            self._run([initdb, "--pgdata", draft, "--sync-only"])
        draft.rename(self._cluster)

    def _single_user(self, cluster: Path, statements: str) -> None:
        # In this mode a statement that fails is logged, and the next one follows: only the log tells.
        before = self._log.stat().st_size if self._log.exists() else 0
        settings = () if self.durable else tuple(f"--{name}={value}" for name, value in _FORGETFUL.items())
        self._run([bin_path("postgres"), "--single", "-D", cluster, *settings, "template1"], given=statements)
        with self._log.open("rb") as log:
            log.seek(before)
            errors = [line for line in log.read().decode(errors="replace").splitlines() if "ERROR:" in line]
        if errors:
            raise EmbeddedError(f"{_NAME}'s database could not be set up: {errors[0]} (see {self._log})")

    def _run(self, command: list[str | Path], *, given: str = "") -> None:
        run(command, surroundings=self.surroundings, folder=self.folder.postgresql, log=self._log, given=given)


def _ctype() -> str:
    """A UTF-8 locale of this machine: trigrams ask it which characters are letters, and C says "no" to ø and é."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"
