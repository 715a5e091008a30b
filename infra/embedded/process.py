"""Starting, watching and ending the servers' processes."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.account import ADVICE, Account, on_start
from infra.embedded.errors import EmbeddedError
from infra.embedded.parent import Parent, ParentGone

_LOG_LIMIT = 20 * 1024 * 1024
_QUOTED_LINES = 12


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every process of the servers is started with. All of them inherit the lock, and so hold it to the end."""

    account: Account | None
    lock: int
    parent: Parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started: alive, or ended."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    seconds_to_stop: float

    @property
    def ended(self) -> bool:
        """Whether its process is no more."""
        return self.process.poll() is not None

    def refused(self, what: str) -> EmbeddedError:
        """The error that tells what happened, with the end of the log."""
        return EmbeddedError(f"{self.name} {what}\nThe last lines of {self.log}:\n{last_lines(self.log)}")


def launch(
    command: Sequence[str | Path],
    *,
    surroundings: Surroundings,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    stop_signal: signal.Signals,
    given: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in the folder, its output going to the log's end, with nothing of our own environment."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", **environment},
            stdin=given,
            stdout=descriptor,
            stderr=descriptor,
            umask=0o077,
            pass_fds=(surroundings.lock,),
            preexec_fn=on_start(surroundings.account, stop_signal),  # noqa: PLW1509 - this process has one thread
        )
    except (OSError, subprocess.SubprocessError) as error:
        advice = f" {ADVICE}" if surroundings.account else ""
        raise EmbeddedError(f"{command[0]} could not be started: {error}.{advice}") from error
    finally:
        os.close(descriptor)


def run(
    command: Sequence[str | Path],
    *,
    surroundings: Surroundings,
    folder: Path,
    log: Path,
    given: str = "",
) -> None:
    """Run a program to its end. Raises EmbeddedError where it fails, ParentGone where nobody wants its result."""
    process = launch(
        command,
        surroundings=surroundings,
        folder=folder,
        environment={},
        log=log,
        stop_signal=signal.SIGKILL,
        given=subprocess.PIPE,
    )
    try:
        if process.stdin is not None:
            process.stdin.write(given.encode())
            process.stdin.close()
        finished = surroundings.parent.wait_until(lambda: process.poll() is not None, seconds=120)
    except BrokenPipeError:
        finished = True
    except ParentGone:
        process.kill()
        process.wait()
        raise
    if not finished:
        process.kill()
    if process.wait() != 0:
        name = Path(command[0]).name
        raise EmbeddedError(f"{name} failed.\nThe last lines of {log}:\n{last_lines(log)}")


def stop_all(servers: Sequence[Server]) -> None:
    """End the servers side by side, each in its own gentle way; one that does not end in its time is killed."""
    for server in servers:
        if not server.ended:
            server.process.send_signal(server.stop_signal)
    begun = time.monotonic()
    for server in servers:
        try:
            server.process.wait(max(0.1, begun + server.seconds_to_stop - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def rotate(log: Path) -> Path:
    """Put the earlier run's log aside, in place of the one before it. Returns the path, where a new one can begin."""
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    return log


def keep_short(log: Path) -> None:
    """Empty a log that has grown too long; its server writes at the end, wherever that is."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        os.truncate(log, 0)


def last_lines(log: Path) -> str:
    """The end of a log, indented for quoting."""
    if not log.exists():
        return "    (it is empty)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-_QUOTED_LINES:]) or "    (it is empty)"


def command_of(pid: int) -> str:
    """The command line of a running process, "" where there is none (or none that we may see)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    found = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout
