"""The embedded servers as the service sees them: start, addresses, stop."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import private_folder

_SUPERVISE = "import sys; sys.path[:] = sys.argv[1:]; from infra.embedded.supervisor import main; main()"
_SECONDS_TO_STOP = 90.0


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where the file store is, and what it asks of those who use it. Requests are path-style and signed (SigV4)."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str


class EmbeddedServers:
    """PostgreSQL and a file store, running until `stop()`, the end of the `with` block, or the end of this process.

    The database's role owns it and may create databases and roles, but is no superuser: row-level security binds
    it where it is forced. A process forked from this one neither keeps the servers alive nor ends them.
    """

    database_url: str
    s3: S3Address
    pids: dict[str, int]

    def __init__(self, supervisor: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        self.database_url = ready["database_url"]
        self.s3 = S3Address(**ready["s3"])
        self.pids = ready["pids"]
        self._supervisor = supervisor
        self._started_by = os.getpid()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the servers cleanly and wait for it. Harmless when repeated, and in a forked process."""
        if self._started_by == os.getpid():
            atexit.unregister(self.stop)
            _let_go(self._supervisor)


def start_embedded(
    folder: Path,
    *,
    report: Callable[[str], None] = lambda _text: None,
    lost: Callable[[str], None] | None = None,
    durable: bool = True,
) -> EmbeddedServers:
    """Start both servers on the data folder and wait until they answer.

    `report` is told, in sentences for people, why it takes longer, or that a server has ended by itself later on and is
    started again. `lost` (or `report` without it) is told that a server is gone for good: this process had better end.
    Both are called from another thread once the servers are up. Without `durable` a crash may lose or spoil the
    database: for tests. Raises EmbeddedError.
    """
    root = private_folder(folder).root
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", _SUPERVISE, *_import_path()],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        start_new_session=True,  # Ctrl-C goes to the service alone, which then stops its servers last
    )
    lifeline, answers = supervisor.stdin, supervisor.stdout
    if lifeline is None or answers is None:
        raise AssertionError  # both were asked for
    _LIFELINES.add(lifeline)
    try:
        order = {"folder": str(root), "durable": durable, "parent": os.getpid()}
        with contextlib.suppress(BrokenPipeError):  # then it ended at once, which is seen next
            lifeline.write(json.dumps(order).encode() + b"\n")
        ready = _ready(answers, report)
    except BaseException:
        _let_go(supervisor)
        answers.close()
        raise
    listening = (supervisor, answers, report, lost or report)
    threading.Thread(target=_listen, args=listening, name="embedded-servers", daemon=True).start()
    servers = EmbeddedServers(supervisor, ready)
    atexit.register(servers.stop)
    return servers


def _import_path() -> list[str]:
    """Ours, made absolute: the supervisor has another working folder."""
    return [str(Path(entry).absolute()) for entry in sys.path]


def _ready(answers: IO[bytes], report: Callable[[str], None]) -> dict[str, Any]:
    for line in answers:
        said = json.loads(line)
        if "report" in said:
            report(said["report"])
        elif "failed" in said:
            raise EmbeddedError(said["failed"])
        elif "ready" in said:
            return dict(said["ready"])
    raise EmbeddedError("The supervisor of the embedded servers ended without a word. Start Serra anew.")


def _listen(
    supervisor: subprocess.Popen[bytes],
    answers: IO[bytes],
    report: Callable[[str], None],
    lost: Callable[[str], None],
) -> None:
    with answers:
        for line in answers:
            said = json.loads(line)
            if "report" in said:
                report(said["report"])
            elif "lost" in said:
                lost(said["lost"])
    if supervisor.stdin in _LIFELINES:
        lost("The supervisor of the embedded servers was killed, and they end with it. Start Serra anew.")


def _let_go(supervisor: subprocess.Popen[bytes]) -> None:
    """Close the pipe, the sign for the supervisor to end the servers, and wait until it has."""
    if supervisor.stdin in _LIFELINES:
        _LIFELINES.discard(supervisor.stdin)
        supervisor.stdin.close()
    try:
        supervisor.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


_LIFELINES: set[IO[bytes]] = set()


def _close_in_child() -> None:
    """A forked process must not keep the pipe open: the servers would outlive their parent."""
    while _LIFELINES:
        _LIFELINES.pop().close()


os.register_at_fork(after_in_child=_close_in_child)
