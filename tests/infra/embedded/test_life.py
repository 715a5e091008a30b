"""How the servers begin and end: with their parent, after crashes, side by side, under other accounts."""

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from infra.embedded import EmbeddedError, EmbeddedServers, bin_path, start_embedded

NOBODY = pwd.getpwnam("nobody").pw_uid


async def _remember(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("create table kept (value int); insert into kept values (42)")
    await connection.close()


async def _remembered(url: str) -> object:
    connection = await asyncpg.connect(url)
    value = await connection.fetchval("select value from kept")
    await connection.close()
    return value


def _sockets(folder: Path) -> list[Path]:
    """What SeaweedFS puts in /tmp while it runs for this folder."""
    ports = (folder / "logs" / "seaweedfs.ports").read_text().split()
    parts = ("master", "volume", "filer", "s3", "admin")
    sockets = [Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock") for part, port in zip(parts, ports, strict=True)]  # noqa: S108
    assert any(path.is_socket() for path in sockets)
    return sockets


async def test_servers_end_with_a_killed_parent_and_keep_its_data(
    tmp_path: Path, service: Callable[..., Any], s3_client: Callable[..., Any], all_gone: Callable[..., bool]
) -> None:
    """After kill -9 of the service its servers end cleanly, though a child lives on; the next start waits for that."""
    running = service(tmp_path / "data")
    await _remember(running.database_url)
    s3_client(running.s3).put_object(Bucket=running.s3.bucket, Key="kept", Body=b"42")
    sockets = _sockets(tmp_path / "data")
    running.process.kill()
    begun = time.monotonic()
    with start_embedded(tmp_path / "data", durable=False) as servers:  # while the earlier ones still end
        assert time.monotonic() - begun < 10
        assert all_gone(running.pids, seconds=0.5)
        assert await _remembered(servers.database_url) == 42
        assert s3_client(servers.s3).get_object(Bucket=servers.s3.bucket, Key="kept")["Body"].read() == b"42"
        assert servers.s3.access_key == running.s3.access_key
    assert "database system is shut down" in (tmp_path / "data/logs/postgresql.previous.log").read_text()
    assert not any(path.exists() for path in sockets)


async def test_start_recovers_when_everything_was_killed(
    tmp_path: Path, service: Callable[..., Any], s3_client: Callable[..., Any], all_gone: Callable[..., bool]
) -> None:
    """After a kill -9 of all processes at once, as in a power cut, the next start repairs and has the data."""
    folder = tmp_path / "data"
    running = service(folder)
    await _remember(running.database_url)
    s3_client(running.s3).put_object(Bucket=running.s3.bucket, Key="kept", Body=b"42")
    sockets = _sockets(folder)
    doomed = (*running.pids.values(), running.process.pid)
    for end in (signal.SIGSTOP, signal.SIGKILL):  # held first, so that none of them sees another one go
        for pid in doomed:
            os.kill(pid, end)
    assert all_gone(running.pids)
    stale = folder / "postgresql/cluster/postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")  # the number now belongs to somebody else
    with start_embedded(folder, durable=False) as servers:
        assert await _remembered(servers.database_url) == 42
        assert s3_client(servers.s3).get_object(Bucket=servers.s3.bucket, Key="kept")["Body"].read() == b"42"
    assert "automatic recovery in progress" in (folder / "logs/postgresql.log").read_text()
    assert not any(path.exists() for path in sockets)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems clean up at the next start")
def test_servers_end_with_a_killed_supervisor(
    tmp_path: Path, service: Callable[..., Any], all_gone: Callable[..., bool]
) -> None:
    """A kill -9 of the supervisor leaves no orphans either, and PostgreSQL ends cleanly."""
    running = service(tmp_path / "data")
    sockets = _sockets(tmp_path / "data")
    os.kill(running.pids["supervisor"], 9)
    assert all_gone(running.pids)
    for path in sockets:
        path.unlink(missing_ok=True)  # as the next start on this folder would
    assert "database system is shut down" in (tmp_path / "data/logs/postgresql.log").read_text()


def test_second_instance_on_the_same_folder_is_refused(embedded_folder: Path) -> None:
    """A second start on a folder in use says so at once, and names the process to end."""
    begun = time.monotonic()
    with pytest.raises(EmbeddedError, match=rf"is in use by another Serra, process {os.getpid()}\."):
        start_embedded(embedded_folder, durable=False)
    assert time.monotonic() - begun < 5


async def test_two_folders_run_side_by_side(
    tmp_path: Path, embedded: EmbeddedServers, s3_client: Callable[..., Any], all_gone: Callable[..., bool]
) -> None:
    """Each folder has its own servers, keys and data, however long its path; their end is complete, and repeatable."""
    folder = tmp_path / ("long" * 20) / ("longer" * 20)
    began = time.monotonic()
    with start_embedded(folder, durable=True) as servers:
        first = time.monotonic() - began
        assert servers.database_url != embedded.database_url
        assert servers.s3.access_key != embedded.s3.access_key
        s3_client(servers.s3).put_object(Bucket=servers.s3.bucket, Key="here", Body=b"here")
        assert s3_client(embedded.s3).list_objects_v2(Bucket=embedded.s3.bucket, Prefix="here")["KeyCount"] == 0
        connection = await asyncpg.connect(servers.database_url)
        assert await connection.fetchval("select current_setting('fsync')") == "on"
        await connection.close()
        pids = servers.pids
        sockets = _sockets(folder)
    servers.stop()
    assert all_gone(pids, seconds=0.5)
    assert not any(path.exists() for path in sockets)
    assert first < 10  # 0.7 s on an idle laptop


async def test_half_made_folder_and_lost_credentials_are_mended(tmp_path: Path) -> None:
    """What an interrupted first start left is made anew; a later start is quick, begins new logs, mends a lost key."""
    folder = tmp_path / "data"
    (folder / "postgresql/cluster.new/base").mkdir(parents=True)
    with start_embedded(folder, durable=False) as servers:
        await _remember(servers.database_url)
        before = servers.database_url
    first = {name: (folder / f"logs/{name}.log").read_text() for name in ("postgresql", "seaweedfs")}
    (folder / "credentials.json").unlink()
    began = time.monotonic()
    with start_embedded(folder, durable=False) as servers:
        assert time.monotonic() - began < 5  # 0.6 s on an idle laptop
        assert servers.database_url.split("@")[0] != before.split("@")[0]
        assert await _remembered(servers.database_url) == 42
    for name, log in first.items():
        assert (folder / f"logs/{name}.previous.log").read_text() == log
        assert log not in (folder / f"logs/{name}.log").read_text()


def test_failed_start_tells_why(tmp_path: Path) -> None:
    """A start that fails quotes the end of the server's log, leaves no process, and lets go of the folder."""
    cluster = tmp_path / "data/postgresql/cluster"
    cluster.mkdir(parents=True)
    keys = {"database_password": "password", "s3_access_key": "ACCESS", "s3_secret_key": "secret"}
    (tmp_path / "data/credentials.json").write_text(json.dumps(keys))
    (cluster / "PG_VERSION").write_text("9.6\n")
    if os.geteuid() == 0:
        for path in (cluster, cluster / "PG_VERSION"):
            os.chown(path, NOBODY, NOBODY)
    cluster.chmod(0o700)
    with pytest.raises(EmbeddedError) as refused:
        start_embedded(tmp_path / "data")
    message = str(refused.value)
    assert message.startswith("PostgreSQL did not start.\nThe last lines of ")
    assert f"The last lines of {tmp_path / 'data/logs/postgresql.log'}:\n    " in message
    assert "could not access the server configuration file" in message
    left = [process for process in psutil.process_iter(["cwd"]) if str(tmp_path) in (process.info["cwd"] or "")]
    assert left == []
    with (tmp_path / "data/servers.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _another(folder: Path, server: str, before: int) -> int:
    """The process of a server that was started again."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(ValueError):  # it is being written
            pid: int = json.loads((folder / "servers.lock").read_bytes())["servers"].get(server, before)
            if pid != before:
                return pid
        time.sleep(0.02)
    raise AssertionError(f"{server} is not started again")


async def test_a_server_that_ends_by_itself_is_started_again(tmp_path: Path, s3_client: Callable[..., Any]) -> None:
    """Where a server dies while the service runs, it comes back at its address with its data, and both is told."""
    told: list[str] = []
    lost: list[str] = []
    folder = tmp_path / "data"
    with start_embedded(folder, report=told.append, lost=lost.append) as servers:
        await _remember(servers.database_url)
        s3_client(servers.s3).put_object(Bucket=servers.s3.bucket, Key="kept", Body=b"42")
        for server in ("postgresql", "seaweedfs"):
            os.kill(servers.pids[server], 9)
            _another(folder, server, servers.pids[server])
        assert await _remembered(servers.database_url) == 42
        assert s3_client(servers.s3).get_object(Bucket=servers.s3.bucket, Key="kept")["Body"].read() == b"42"
    log = folder / "logs" / "postgresql.log"
    assert f"PostgreSQL ended by itself and is started again; {log} says more." in told
    assert [line for line in told if "up again" in line] == ["PostgreSQL is up again.", "SeaweedFS is up again."]
    assert lost == []


def test_a_server_that_ends_again_and_again_is_given_up(tmp_path: Path) -> None:
    """A server that dies more than three times within minutes is not started again; why is told, for the end."""
    lost: list[str] = []
    folder = tmp_path / "data"
    with start_embedded(folder, lost=lost.append, durable=False) as servers:
        pid = servers.pids["postgresql"]
        for _ in range(3):
            os.kill(pid, 9)
            pid = _another(folder, "postgresql", pid)
        os.kill(pid, 9)
        end = time.monotonic() + 10
        while not lost and time.monotonic() < end:
            time.sleep(0.02)
    (why,) = lost
    assert why.startswith("PostgreSQL ended by itself 4 times within 5 minutes.\nThe last lines of ")
    assert why.endswith("Mend what the log tells, then start Serra anew.")


def test_unusable_folders_are_refused(tmp_path: Path) -> None:
    """A file, or a folder full of other things, is not taken for a data folder and stays as it is."""
    (tmp_path / "file").write_text("…")
    with pytest.raises(EmbeddedError, match=r"file cannot be used as the data folder: .*SERRA_DATA"):
        start_embedded(tmp_path / "file")
    other = tmp_path / "other"
    other.mkdir(mode=0o755)
    (other / "thesis.odt").write_text("…")
    with pytest.raises(EmbeddedError, match=r"already holds other files \(thesis\.odt …\)"):
        start_embedded(other)
    assert stat.S_IMODE(other.stat().st_mode) == 0o755


def test_nothing_is_written_elsewhere(tmp_path: Path, service: Callable[..., Any]) -> None:
    """Home, temporary and cache folders stay empty, and no server has a file open for writing outside the folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o777)
    elsewhere.chmod(0o777)
    variables = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    running = service(tmp_path / "data", **dict.fromkeys(variables, str(elsewhere)))
    assert list(elsewhere.iterdir()) == []
    for pid in running.pids.values():
        for process in (psutil.Process(pid), *psutil.Process(pid).children()):
            for file in process.open_files():
                written = getattr(file, "mode", "r") != "r"  # only Linux tells
                assert not written or Path(file.path).is_relative_to(tmp_path / "data"), file


async def test_an_ordinary_user_needs_no_more(
    service: Callable[..., Any], all_gone: Callable[..., bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without root the servers run as the user who starts them. Root tries it here as `nobody`, else as itself."""
    if os.geteuid() != 0:
        pytest.skip("these tests run as an ordinary user, so all of them show it")
    python = _python_for_others()
    if python is None or not _open_to_others(bin_path("postgres")):
        pytest.skip("no Python of this version, or not the programs, can be reached by another account here")
    folder = Path("/tmp") / f"serra-ordinary-{os.getpid()}"  # noqa: S108 - pytest's own folder is closed to others
    folder.mkdir(mode=0o700)
    try:
        os.chown(folder, NOBODY, -1)
        running = service(folder / "data", uid=NOBODY, python=python)
        for pid in running.pids.values():
            assert psutil.Process(pid).uids().real == NOBODY
        await _remember(running.database_url)
        running.process.kill()
        assert all_gone(running.pids)
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start servers in somebody else's folder")
def test_root_serves_another_users_folder_as_that_user(tmp_path: Path) -> None:
    """In a folder of an ordinary user, root runs the servers as that user and leaves nothing of its own there."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    with start_embedded(folder, durable=False) as servers:
        assert psutil.Process(servers.pids["postgresql"]).uids().real == NOBODY
        assert {path.stat().st_uid for path in (folder, *folder.rglob("*"))} == {NOBODY}


def _python_for_others() -> str | None:
    """A Python of this version that every account may run."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{wanted}", f"/usr/local/bin/python{wanted}"):
        if Path(candidate).exists() and _open_to_others(Path(candidate)):
            return candidate
    return None


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path.resolve(), *path.resolve().parents))
