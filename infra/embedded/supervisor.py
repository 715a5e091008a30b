"""The small process between the service and its servers: it starts them, and ends them when the service ends.

It is a process of its own because only a living one can stop PostgreSQL cleanly after a kill -9 of the service. It
reads one line of JSON from its standard input, which then stays open as the sign that the parent lives, and tells on
its standard output, a line of JSON each: {"report"}, then {"ready"} or {"failed"}. Later it tells of servers that it
starts again, as {"report"}, and of one that it cannot keep up, as {"lost"}.
"""

import contextlib
import json
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra.embedded.account import account_for
from infra.embedded.binaries import bin_path, weed_path
from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import DataFolder, credentials_of, make_private, private_folder
from infra.embedded.lock import Lock, take_lock
from infra.embedded.parent import Parent, ParentGone
from infra.embedded.postgresql import Postgresql
from infra.embedded.process import Server, Surroundings, keep_short, stop_all
from infra.embedded.seaweedfs import BUCKET, REGION, Seaweedfs

_SECONDS_BETWEEN_LOOKS = 2.0
_ENDS_BORNE, _WITHIN_SECONDS = 3, 300.0
"""A server that ends by itself more often than this is not started again: something is wrong that does not pass."""

Restart = Callable[[list[Server]], Server]


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent wants."""

    folder: Path
    durable: bool
    parent: int


def main() -> None:
    """Serve the order until the parent is gone."""
    os.umask(0o077)
    wanted = json.loads(_first_line())
    order = Order(Path(wanted["folder"]), durable=wanted["durable"], parent=wanted["parent"])
    parent = Parent(order.parent)
    try:
        _supervise(order, parent)
    except ParentGone:
        pass
    except EmbeddedError as error:
        _tell(failed=str(error))
    except Exception:  # noqa: BLE001 - whatever it is, the parent must hear of it
        _tell(failed=f"The embedded servers could not be started.\n{traceback.format_exc()}")


def _supervise(order: Order, parent: Parent) -> None:
    folder = private_folder(order.folder)
    account = account_for(folder.root, (bin_path("postgres"), weed_path()))
    lock = take_lock(folder, parent, lambda text: _tell(report=text))
    lock.say(parent=order.parent, stopping=False, servers={})
    make_private(folder.logs)
    servers: list[Server] = []
    surroundings = Surroundings(account, lock.descriptor, parent)
    credentials, new_credentials = credentials_of(folder)
    files = Seaweedfs(folder, credentials, surroundings)
    database = Postgresql(folder, credentials, surroundings, order.durable)
    try:
        launched = files.begin(servers)  # the slower one first; both then start side by side
        database.prepare(new_credentials=new_credentials)
        postgresql = database.start(servers)
        seaweedfs = files.finish(launched, servers)
        pids = {"postgresql": postgresql.server.process.pid, "seaweedfs": seaweedfs.server.process.pid}
        lock.say(parent=order.parent, stopping=False, servers=pids)
        _hand_over(folder)
        _tell(
            ready={
                "database_url": postgresql.url,
                "s3": {
                    "endpoint": seaweedfs.endpoint,
                    "region": REGION,
                    "bucket": BUCKET,
                    "access_key": credentials.s3_access_key,
                    "secret_key": credentials.s3_secret_key,
                },
                "pids": {"supervisor": os.getpid(), **pids},
            }
        )
        again: dict[str, Restart] = {
            postgresql.server.name: lambda started: database.restart(postgresql.port, started),
            seaweedfs.server.name: lambda started: files.restart(seaweedfs.ports, started),
        }
        _watch(servers, again, parent, lambda pids: lock.say(parent=order.parent, stopping=False, servers=pids))
    except EmbeddedError as error:
        _tell(failed=str(error))
    finally:
        _end(servers, lock, order, files)


def _watch(
    servers: list[Server], again: Mapping[str, Restart], parent: Parent, note: Callable[[Mapping[str, int]], None]
) -> None:
    """Until the parent is gone: start anew what ended by itself, and keep the logs from filling the disk."""
    ends: dict[str, list[float]] = {name: [] for name in again}
    while True:
        parent.wait(_SECONDS_BETWEEN_LOOKS)
        for server in list(servers):
            keep_short(server.log)
            if server.ended:
                servers.remove(server)
                try:
                    _bring_back(server, ends[server.name], partial(again[server.name], servers))
                except EmbeddedError as error:
                    _tell(lost=f"{error}\nMend what the log tells, then start Serra anew.")
                note({one.name.lower(): one.process.pid for one in servers})


def _bring_back(ended: Server, ends: list[float], restart: Callable[[], object]) -> None:
    """Raises EmbeddedError where that fails, or was done too often lately; `ends` are when it ended before."""
    now = time.monotonic()
    ends[:] = [*(at for at in ends if now - at < _WITHIN_SECONDS), now]
    if len(ends) > _ENDS_BORNE:
        raise ended.refused(f"ended by itself {len(ends)} times within {_WITHIN_SECONDS / 60:.0f} minutes.")
    _tell(report=f"{ended.name} ended by itself and is started again; {ended.log} says more.")
    restart()
    _tell(report=f"{ended.name} is up again.")


def _end(servers: list[Server], lock: Lock, order: Order, files: Seaweedfs) -> None:
    pids = {server.name: server.process.pid for server in servers}
    lock.say(parent=order.parent, stopping=True, servers=pids)
    stop_all(servers)
    files.sweep()


def _hand_over(folder: DataFolder) -> None:
    """Give what root made in a folder of somebody else to them, so that they can start Serra without root later."""
    owner = folder.root.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in (folder.lock, folder.logs, *folder.logs.iterdir(), folder.root / "credentials.json"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)  # one by one: what follows belongs to whoever watches the parent
        if not byte:
            raise SystemExit
        line += byte
    return line


def _tell(**what: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(what).encode() + b"\n")
