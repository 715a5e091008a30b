"""The roles: what each may do, how they come to be, and what the service says to one that nothing would guard."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from infra.embedded import EmbeddedServers, start_embedded
from infra.postgres.migrate import MigrationFailed, migrate
from infra.postgres.roles import AS_READER, AS_SERVICE, RoleRefused, check_service_role, open_service_role

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ROOT = Path(__file__).parents[3]
OPERATIONS = ROOT / "docs" / "operations.md"
MIGRATIONS = ROOT / "infra" / "postgres" / "migrations"
BEFORE = ("0001_tables", "0002_rules", "0003_jobs", "0004_search", "0005_changes")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """A PostgreSQL in which Serra has never been."""
    with start_embedded(tmp_path_factory.mktemp("untouched"), durable=False) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def administrator(untouched: EmbeddedServers) -> AsyncIterator[Connection]:
    """Somebody who may make roles and databases there."""
    connection = await asyncpg.connect(untouched.database_url)
    yield connection
    await connection.close()


def at(url: str, role: str, database: str) -> str:
    """The address of a database there, for a role whose password is its name."""
    place = url.rpartition("@")[2].partition("/")[0]
    return f"postgresql://{role}:{role}@{place}/{database}"


async def test_the_service_is_bound_and_owns_nothing(owner: Connection) -> None:
    """Neither role is a superuser, bypasses row-level security, makes roles or databases, or owns anything at all."""
    for role in ("serra_service", "serra_reader"):
        found = await owner.fetchrow(
            """
            select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as is_strong,
                   exists (select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o') as owns,
                   exists (select from pg_auth_members m where m.member = r.oid and m.inherit_option) as inherits
            from pg_roles r where rolname = $1
            """,
            role,
        )
        assert found is not None
        assert tuple(found) == (False, False, False)


async def test_the_service_changes_no_table(service_url: str) -> None:
    """It can make, change, empty or drop nothing, nor take the wall down."""
    connection = await asyncpg.connect(service_url, server_settings=AS_SERVICE)
    try:
        for change in (
            "create table mine ()",
            "create function app.keyring() returns text[] language sql return null",
            "drop table lab_format",
            'alter table "case" disable row level security',
            'create policy mine on "case" using (true)',
            "select app.guard('lab')",
            "truncate log",
            "update log set action = 'x'",
            "delete from log",
            "alter role serra_service bypassrls",
            "set role serra",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    finally:
        await connection.close()


async def test_the_role_is_looked_at(servers: EmbeddedServers, service_url: str) -> None:
    """The service's role passes; the owner does not, and whoever reads the refusal knows what to do."""
    await check_service_role(service_url)
    with pytest.raises(RoleRefused, match=r"«serra» owns Serra's tables.*serra_service.*SERRA_DATABASE_OWNER_URL"):
        await check_service_role(servers.database_url)


@pytest.mark.parametrize("command", ["serve", "worker", "reindex"])
def test_production_refuses_the_owner(servers: EmbeddedServers, service_url: str, command: str) -> None:
    """What is started in production with the owner's address ends at once, with the sentence and nothing else."""
    given = {
        "SERRA_ENVIRONMENT": "production",
        "SERRA_SECRET": "x" * 32,
        "SERRA_DATABASE_URL": servers.database_url,
        "SERRA_S3_ENDPOINT": servers.s3.endpoint,
        "SERRA_S3_BUCKET": servers.s3.bucket,
        "SERRA_S3_ACCESS_KEY": servers.s3.access_key,
        "SERRA_S3_SECRET_KEY": servers.s3.secret_key,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "infra.cli", command],
        cwd=ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("The role «serra» owns Serra's tables")
    assert len(ended.stderr.splitlines()) == 1


async def test_an_owner_that_may_not_make_roles_is_told(untouched: EmbeddedServers, administrator: Connection) -> None:
    """Where the roles are missing and the owner may not make them, the migration says who must, and changes nothing."""
    await administrator.execute("create role plain login password 'plain'")
    await administrator.execute("grant plain to current_user")
    await administrator.execute("create database early owner plain")
    with pytest.raises(MigrationFailed, match=r"no role serra_service, and plain may not make it.*docs/operations.md"):
        await migrate(at(untouched.database_url, "plain", "early"))


async def test_databases_of_one_cluster_migrate_at_once(untouched: EmbeddedServers, administrator: Connection) -> None:
    """The roles are the cluster's: databases that are migrated together do not trip over each other's making them."""
    names = [f"beside_{number}" for number in range(3)]
    for name in names:
        await administrator.execute(f"create database {name}")
    urls = [untouched.database_url.removesuffix("serra") + name for name in names]
    code = "import asyncio, sys; from infra.postgres.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, cwd=ROOT, stderr=subprocess.PIPE)
        for url in urls
    ]
    for process in started:
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()


async def test_a_database_of_before_is_upgraded_by_itself(
    untouched: EmbeddedServers, administrator: Connection
) -> None:
    """A database from before the roles lets them in at the next migration, and keeps its rows."""
    await administrator.execute("create database older")
    url = untouched.database_url.removesuffix("serra") + "older"
    older = await asyncpg.connect(url)
    for name in BEFORE:
        await older.execute((MIGRATIONS / f"{name}.sql").read_text(encoding="utf-8"))
    await older.execute(
        "create table migration (id serial primary key, name varchar(200), app_name varchar(200),"
        " ran_on timestamp default now())"
    )
    await older.executemany("insert into migration (name, app_name) values ($1, 'serra')", [(n,) for n in BEFORE])
    await older.execute("insert into person (id, name, audience) values (gen_random_uuid(), 'Kept', '{public}')")
    await older.close()

    await migrate(url)

    service_url = await open_service_role(url)
    await check_service_role(service_url)
    assert await _names(service_url, AS_SERVICE) == ["Kept"]
    assert await _names(service_url, AS_READER) == []
    assert await _names(service_url, {**AS_READER, "app.keyring": "public"}) == ["Kept"]


async def _names(url: str, settings: dict[str, str]) -> list[str]:
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        return [row["name"] for row in await connection.fetch("select name from person")]
    finally:
        await connection.close()


async def test_the_statements_of_the_documentation_are_enough(
    untouched: EmbeddedServers, administrator: Connection
) -> None:
    """An owner that may make nothing migrates what an administrator prepared as docs/operations.md says."""
    (prepared,) = re.findall(r"```sql\n(create role.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
    named = re.sub(r"\bserra\b", "north", prepared)
    named = re.sub(r"create role (\w+) login password '…'", r"create role \1 login password '\1'", named)
    for role in ("serra_service", "serra_reader"):
        if await administrator.fetchval("select to_regrole($1) is not null", role):
            await _forget(untouched, administrator, role)
    for statement in filter(None, map(str.strip, named.split(";"))):
        if statement.startswith("create database"):
            await administrator.execute("grant north to current_user")
        await administrator.execute(statement)

    await migrate(at(untouched.database_url, "north", "north"))

    await check_service_role(at(untouched.database_url, "serra_service", "north"))


async def _forget(untouched: EmbeddedServers, administrator: Connection, role: str) -> None:
    """Drop a role, and what it was given in the databases of the tests before."""
    url = untouched.database_url.removesuffix("serra")
    for (name,) in await administrator.fetch(_OWN_DATABASES):
        within = await asyncpg.connect(url + name)
        await within.execute(f"grant {role} to current_user with inherit true; drop owned by {role}")
        await within.close()
    await administrator.execute(f"drop role {role}")


_OWN_DATABASES = "select datname from pg_database where datdba = current_user::regrole"
