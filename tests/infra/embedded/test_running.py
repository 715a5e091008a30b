"""What the servers offer while they run."""

import contextlib
import os
import socket
import ssl
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import asyncpg
import psutil
import pytest
from botocore.exceptions import ClientError

from infra.embedded import EmbeddedServers, bin_path, port_is_free


async def test_database_is_postgresql_18_in_utf8(embedded: EmbeddedServers) -> None:
    """The database is named serra, sorts the same on every machine, and keeps time in UTC."""
    connection = await asyncpg.connect(embedded.database_url)
    try:
        row = await connection.fetchrow(
            """
            select current_database() as name, datlocprovider as provider, datlocale as locale,
                   pg_encoding_to_char(encoding) as encoding, current_setting('server_version_num')::int as version,
                   current_setting('timezone') as timezone, current_setting('jit') as jit,
                   current_setting('listen_addresses') as addresses
            from pg_database where datname = current_database()
            """
        )
    finally:
        await connection.close()
    assert row is not None
    assert row["version"] >= 180000
    assert {key: value for key, value in row.items() if key != "version"} == {
        "name": "serra",
        "provider": b"b",
        "locale": "C.UTF-8",
        "encoding": "UTF8",
        "timezone": "UTC",
        "jit": "off",
        "addresses": "127.0.0.1",
    }


async def test_role_owns_the_database_and_no_more(embedded: EmbeddedServers) -> None:
    """The service's role can do what migrations need, and is no superuser: row-level security binds it."""
    connection = await asyncpg.connect(embedded.database_url)
    try:
        role = await connection.fetchrow(
            "select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
        )
        assert role is not None
        assert tuple(role) == (False, False, True)
        for extension in ("pg_trgm", "unaccent", "vector"):
            await connection.execute(f"create extension if not exists {extension}")
        await connection.execute("create table a_table (); drop table a_table")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("copy (select 1) to program 'cat'")
    finally:
        await connection.close()


async def test_letters_of_all_languages_are_letters(embedded: EmbeddedServers) -> None:
    """Trigrams, lower case and accents work beyond ASCII, on which the search stands."""
    connection = await asyncpg.connect(embedded.database_url)
    try:
        row = await connection.fetchrow(
            "select similarity('Ærø', 'ærø') as same, lower('ÅÉŒ') as lower, unaccent('Ærø') as plain"
        )
    finally:
        await connection.close()
    assert row is not None
    assert tuple(row) == (1.0, "åéœ", "AEro")


async def test_new_databases_have_the_extensions_too(embedded: EmbeddedServers) -> None:
    """The role can make databases, for tests and restores, and finds in them what only a superuser may create."""
    connection = await asyncpg.connect(embedded.database_url)
    try:
        await connection.execute("create database another")
        other = await asyncpg.connect(embedded.database_url.removesuffix("serra") + "another")
        assert await other.fetchval("select '[1,2]'::vector::text") == "[1,2]"
        await other.close()
        await connection.execute("drop database another")
    finally:
        await connection.close()


@pytest.mark.parametrize("user", ["serra", "postgres"])
async def test_database_refuses_who_does_not_know_the_password(embedded: EmbeddedServers, user: str) -> None:
    """Neither the role nor the superuser gets in without the password, which the superuser does not even have."""
    port = int(embedded.database_url.rsplit(":", 1)[1].split("/")[0])
    for password in ("", "guess"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host="127.0.0.1", port=port, user=user, password=password, database="serra")


def test_files_are_kept(embedded: EmbeddedServers, s3_client: Callable[..., Any]) -> None:
    """The bucket is there and gives back what it was given, also in several parts' size."""
    files, bucket = s3_client(embedded.s3), embedded.s3.bucket
    body = os.urandom(6_000_000)
    files.put_object(Bucket=bucket, Key="a/b", Body=body)
    assert files.get_object(Bucket=bucket, Key="a/b")["Body"].read() == body
    files.delete_object(Bucket=bucket, Key="a/b")


def test_file_store_refuses_strangers(embedded: EmbeddedServers, s3_client: Callable[..., Any]) -> None:
    """Requests without a signature, with another key's or with a wrong secret are refused."""
    s3_client(embedded.s3).put_object(Bucket=embedded.s3.bucket, Key="private", Body=b"private")
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{embedded.s3.endpoint}/{embedded.s3.bucket}/private", timeout=5)  # noqa: S310 - it is http
    for wrong in ({"access_key": "AKIAIOSFODNN7EXAMPLE"}, {"secret_key": "guess"}):
        with pytest.raises(ClientError, match=r"InvalidAccessKeyId|SignatureDoesNotMatch"):
            s3_client(embedded.s3, **wrong).get_object(Bucket=embedded.s3.bucket, Key="private")


def test_file_store_has_no_other_way_in(embedded: EmbeddedServers) -> None:
    """All its other ports demand a certificate that only the store itself has, in plain text as with TLS."""
    store = psutil.Process(embedded.pids["seaweedfs"])
    ports = {c.laddr.port for c in store.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    s3 = int(embedded.s3.endpoint.rsplit(":", 1)[1])
    assert s3 in ports
    assert len(ports) > 5
    stranger = ssl.create_default_context()
    stranger.check_hostname = False
    stranger.verify_mode = ssl.CERT_NONE
    stranger.set_alpn_protocols(["h2", "http/1.1"])
    for port in ports - {s3}:
        assert _answer(port) in {b"", b"HTTP/1.0 400"}, port
        with pytest.raises(OSError, match=r"certificate required|handshake|reset|EOF|unexpected"):
            _answer(port, stranger)


def test_everything_listens_on_this_machine_only(embedded: EmbeddedServers) -> None:
    """No server can be reached from the network."""
    for name in ("postgresql", "seaweedfs"):
        for connection in psutil.Process(embedded.pids[name]).net_connections("inet"):
            assert connection.laddr.ip == "127.0.0.1"


def test_folder_is_private(embedded: EmbeddedServers, embedded_folder: Path) -> None:
    """Nobody but its owner can enter the folder, nor read what is written there."""
    assert stat.S_IMODE(embedded_folder.stat().st_mode) == 0o700
    open_to_others = {path for path in embedded_folder.rglob("*") if path.lstat().st_mode & 0o077}
    # SeaweedFS opens a note on each volume to all. Its folder is closed to them.
    assert {path.suffix for path in open_to_others} <= {".vif"}


def test_servers_never_run_as_root(embedded: EmbeddedServers) -> None:
    """Started by root they run as somebody else; started by somebody else, as they."""
    for name in ("postgresql", "seaweedfs"):
        uid = psutil.Process(embedded.pids[name]).uids().real
        assert uid != 0
        assert os.geteuid() in {0, uid}


def test_programs_are_found() -> None:
    """The tools that belong to the database are there for backups."""
    for name in ("psql", "pg_dump", "pg_restore"):
        assert os.access(bin_path(name), os.X_OK)


def test_a_port_in_use_is_seen() -> None:
    """A port is free until somebody listens at it, and again when they stop."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
        assert not port_is_free("localhost", port)
        assert not port_is_free("0.0.0.0", port)  # noqa: S104 - asked, not bound
    assert port_is_free("127.0.0.1", port)
    assert not port_is_free("192.0.2.1", port)  # an address of nobody


def _answer(port: int, context: ssl.SSLContext | None = None) -> bytes:
    with contextlib.ExitStack() as open_sockets:
        channel = open_sockets.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        if context:
            channel = open_sockets.enter_context(context.wrap_socket(channel))
        channel.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return channel.recv(12)
