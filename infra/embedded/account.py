"""Which account the servers run as. PostgreSQL refuses to run as root, so root lends it the account `nobody`.

A folder of root's is closed to `nobody`, and so is often the whole way to it (`/root`, a temporary folder) and
to the programs. Opening all that, copying the programs or moving the data elsewhere would each break a promise,
so the servers get the one Linux capability that lets them pass: CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a
container withholds the first. Who is logged in to the database or the file store cannot use it: neither of their
accounts there may touch files.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.errors import EmbeddedError

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_LINUX = sys.platform == "linux"
ADVICE = "Run Serra as an ordinary user, or choose a data folder that belongs to one with SERRA_DATA."


@dataclass(frozen=True, slots=True)
class Account:
    """An account other than our own, and the Linux capability that it needs on the way to its files."""

    uid: int
    gid: int
    capability: int | None

    @property
    def owner(self) -> tuple[int, int]:
        """As chown takes it."""
        return self.uid, self.gid


def account_for(root: Path, programs: Iterable[Path]) -> Account | None:
    """Who is to run the servers of this data folder: None is ourselves, which it is unless we are root."""
    if os.geteuid() != 0:
        return None
    owner = root.stat().st_uid
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        wanted = f"with the number {owner}, to which {root} belongs," if owner else "named nobody"
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and there is no account {wanted} to run it as. {ADVICE}"
        ) from None
    passable = all(_can_pass(entry.pw_uid, entry.pw_gid, path) for path in (root, *programs))
    return Account(entry.pw_uid, entry.pw_gid, None if passable else _capability_to_pass(entry.pw_name))


def on_start(account: Account | None, death_signal: signal.Signals) -> Callable[[], None]:
    """What a server does between fork and exec: change the account, ask for a signal when the supervisor dies.

    The kernel sends it when the *thread* dies that forked, so the caller must be its process's only one.
    """
    libc = ctypes.CDLL(None, use_errno=True)  # loaded here: nothing may be loaded between fork and exec

    def prepare() -> None:
        if account is not None:
            _become(account, libc)
        if _LINUX:
            _call(libc.prctl, _PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)

    return prepare


def _can_pass(uid: int, gid: int, path: Path) -> bool:
    """Whether the account may enter the path's folders by their mode bits alone."""
    for folder in path.resolve().parents if path.is_file() else (path.resolve(), *path.resolve().parents):
        status = folder.stat()
        bit = stat.S_IXOTH
        if status.st_uid == uid:
            bit = stat.S_IXUSR
        elif status.st_gid == gid:
            bit = stat.S_IXGRP
        if not status.st_mode & bit:
            return False
    return True


def _capability_to_pass(name: str) -> int:
    if _LINUX:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        held = int(next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), 16)
        for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
            if held >> capability & 1:
                return capability
    raise EmbeddedError(
        f"PostgreSQL refuses to run as root, and the account {name} cannot enter the data folder "
        f"or the programs' folder. {ADVICE}"
    )


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _become(account: Account, libc: ctypes.CDLL) -> None:
    if account.capability is not None:
        # Without this bit access(2) ignores the capabilities of all but root, and PostgreSQL asks access(2).
        _call(libc.prctl, _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if account.capability is not None:
        only = 1 << account.capability
        header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
        sets = (_CapabilitySets * 2)(_CapabilitySets(only, only, only))
        _call(libc.capset, ctypes.byref(header), ctypes.byref(sets))
        _call(libc.prctl, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, account.capability, 0, 0)


def _call(function: Callable[..., int], *arguments: object) -> None:
    if function(*arguments) != 0:
        raise OSError(ctypes.get_errno(), "the account could not be changed")
