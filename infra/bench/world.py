"""The rows that are measured over: made once for each size, kept between runs, and the people who ask for them."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from infra.embedded import EmbeddedServers, start_embedded
from infra.postgres.migrate import migrate
from infra.postgres.roles import open_service_role
from services.organisations.keyrings import KEYS

FOLDER = Path(".serra-bench")
ARCHIVE_KEY = "network:archive"
"""In the audience of the oldest 1 % of the cases and of nothing else: for the reader who may read little."""
PEER_ROLE = "serra_bench_peer"
_HERE = Path(__file__).parent
_MIGRATIONS = _HERE.parent / "postgres" / "migrations"
_UNWALLED = """
    do $$
    declare
        guarded regclass;
    begin
        for guarded in select polrelid from pg_policy where polname = 'reads' loop
            execute format('drop policy if exists bench_unwalled on %s', guarded);
            if {open} then
                execute format('create policy bench_unwalled on %s for select to serra_reader using (true)', guarded);
            end if;
        end loop;
    end
    $$
"""
"""A policy that lets everything through takes all others out of the plan; the peer's role is not meant by it."""
_WRITTEN_BY_THE_RUN = """
    delete from comment where created_at > '2026-01-01';
    delete from pgqueuer;
    alter table log disable trigger log_is_append_only;
    delete from log;
    alter table log enable trigger log_is_append_only;
    alter table log_seal disable trigger log_seal_is_append_only;
    delete from log_seal;
    alter table log_seal enable trigger log_seal_is_append_only;
    delete from log_address;
"""
"""What (d) leaves behind. The generated rows are of 2020; the log is this database's alone, and nobody's record."""
_PEOPLE = f"""
    select 'serra_bench_' || substr(person.name, 8) as token, person.id::text, membership.organisation::text,
           array['public'] || {KEYS} as keyring
    from person join membership on membership.person = person.id order by person.id
"""  # noqa: S608 - only the constant above stands in it

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: their token, and what follows from it."""

    token: str
    id: str
    organisation: str
    keyring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A database of generated rows that is running."""

    cases: int
    servers: EmbeddedServers
    service_url: str
    peer_url: str
    people: tuple[Person, ...]


@contextmanager
def world(cases: int, say: Say, *, walled: bool = True) -> Iterator[World]:
    """Start the servers of a size, with its rows made where they are missing; end the servers at the end.

    Unless `walled`, row-level security lets Serra's reads see every row: what guards them is their own statements.
    """
    folder, note = _prepared(cases)
    with start_embedded(folder, report=say) as servers:
        if not note.exists():
            say(f"Making {cases:,} cases, {cases * 3:,} rounds and {cases * 15:,} comments; kept in {folder} …")
            asyncio.run(_fill(servers.database_url, cases))
            note.write_text(_recipe(cases), encoding="utf-8")
        try:
            password = hashlib.sha256(servers.database_url.encode()).hexdigest()
            people = asyncio.run(_open(servers.database_url, password, walled=walled))
            service = asyncio.run(open_service_role(servers.database_url))
            _, _, address = servers.database_url.partition("@")
            yield World(cases, servers, service, f"postgresql://{PEER_ROLE}:{password}@{address}", people)
        finally:
            asyncio.run(tidy(servers.database_url))


async def tidy(url: str) -> None:
    """Delete what the runs wrote, and what is left of it on disk, so that every run finds the same tables."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_WRITTEN_BY_THE_RUN)
        for table in ("comment", "pgqueuer", "log"):
            await connection.execute(f"vacuum analyze {table}")
    finally:
        await connection.close()


def _prepared(cases: int) -> tuple[Path, Path]:
    """The data folder of a size, emptied where its rows follow another recipe, and the note of the recipe."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    folder, note = FOLDER / f"servers-{cases}", FOLDER / f"servers-{cases}.json"
    if not note.exists() or note.read_text(encoding="utf-8") != _recipe(cases):
        note.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    return folder, note


def _recipe(cases: int) -> str:
    """What the rows follow from: the size, and the SQL that makes the tables and fills them."""
    made = hashlib.sha256()
    for path in (*sorted(_MIGRATIONS.glob("*.sql")), _HERE / "generate.sql", _HERE / "peer.sql"):
        made.update(path.read_bytes())
    return json.dumps({"cases": cases, "sql": made.hexdigest()})


async def _fill(url: str, cases: int) -> None:
    await migrate(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute((_HERE / "generate.sql").read_text(encoding="utf-8").format(cases=cases))
        await connection.execute((_HERE / "peer.sql").read_text(encoding="utf-8"))
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _open(url: str, password: str, *, walled: bool) -> tuple[Person, ...]:
    """Give the peer's role its password, put Serra's wall up or down, and read who may ask."""
    await tidy(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"alter role {PEER_ROLE} password '{password}'")
        await connection.execute(_UNWALLED.format(open="false" if walled else "true"))
        rows = await connection.fetch(_PEOPLE)
    finally:
        await connection.close()
    return tuple(Person(row["token"], row["id"], row["organisation"], tuple(row["keyring"])) for row in rows)
