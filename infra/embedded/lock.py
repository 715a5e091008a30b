"""One instance per folder. The lock is held by the supervisor and, inherited, by every process of the servers.

So a lock that is free means that nothing of an earlier run is left, and no process number has to be believed.
"""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import DataFolder
from infra.embedded.parent import Parent
from infra.embedded.process import command_of

_SECONDS_TO_NOTICE = 1.0
"""How long a supervisor may take to see that its parent died and to say that it is stopping."""
_SECONDS_TO_STOP = 120.0


@dataclass(frozen=True, slots=True)
class Lock:
    """The folder is ours until the descriptor and all its copies in other processes are closed."""

    descriptor: int

    def say(self, *, parent: int, stopping: bool, servers: Mapping[str, int]) -> None:
        """Tell whoever finds the folder locked who holds it."""
        state = {"parent": parent, "supervisor": os.getpid(), "stopping": stopping, "servers": dict(servers)}
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(state).encode(), 0)


def take_lock(folder: DataFolder, parent: Parent, report: Callable[[str], None]) -> Lock:
    """Lock the folder, waiting where the servers of an earlier run are ending.

    Raises EmbeddedError with the number of the process that uses the folder.
    """
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def locked() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def locked_or_ending() -> bool:
        return locked() or _ending(_holder(folder.lock))

    parent.wait_until(locked_or_ending, seconds=_SECONDS_TO_NOTICE)
    if locked():
        return Lock(descriptor)
    holder = _holder(folder.lock)
    if not _ending(holder):
        raise EmbeddedError(
            f"{folder.root} is in use by another Serra, process {holder.get('parent', 'unknown')}. "
            "End that one first, or choose another data folder with SERRA_DATA."
        )
    report("Waiting for the servers of an earlier run to end …")
    _end_orphans(holder, folder)
    if not parent.wait_until(locked, seconds=_SECONDS_TO_STOP):
        raise EmbeddedError(
            f"The servers of an earlier run on {folder.root} do not end: {_holder(folder.lock).get('servers')}. "
            "End these processes, then start again."
        )
    return Lock(descriptor)


def supervisor_of(folder: DataFolder) -> int | None:
    """The process that supervises the folder's servers now; None where none run, 0 where they begin or end just now.

    Raises OSError where the lock cannot be read.
    """
    try:
        descriptor = os.open(folder.lock, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(folder.lock)
        supervisor = holder.get("supervisor")
        return supervisor if isinstance(supervisor, int) and not holder.get("stopping") else 0
    finally:
        os.close(descriptor)
    return None


def _holder(lock: Path) -> dict[str, object]:
    try:
        state = json.loads(lock.read_bytes())
    except (OSError, ValueError):  # being written, or never written
        return {}
    return state if isinstance(state, dict) else {}


def _ending(holder: Mapping[str, object]) -> bool:
    needed = [pid for pid in (holder.get("parent"), holder.get("supervisor")) if isinstance(pid, int)]
    return bool(holder.get("stopping")) or not all(_alive(pid) for pid in needed)


def _end_orphans(holder: Mapping[str, object], folder: DataFolder) -> None:
    """Stop servers whose supervisor was killed. Linux has told them already; other systems tell them nothing."""
    supervisor, servers = holder.get("supervisor"), holder.get("servers")
    if not isinstance(servers, dict) or not isinstance(supervisor, int) or _alive(supervisor):
        return
    for pid in servers.values():
        command = command_of(pid)
        if str(folder.postgresql) in command or "weed" in command:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGINT)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
