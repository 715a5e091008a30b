"""Migrations of a database that is in use: what is there stays, and keeps none of them from running."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest_asyncio

from infra.embedded import EmbeddedServers
from infra.postgres.migrate import migrate

MIGRATIONS = Path(__file__).parents[3] / "infra" / "postgres" / "migrations"
IN_USE = """
    insert into organisation (id, slug, names, kind, level, country)
        select gen_random_uuid(), slug, '{}', 'MUNICIPALITY', 'LOCAL', 'BE' from unnest('{olen,geel}'::text[]) slug;
    insert into person (id, name, audience) values (gen_random_uuid(), 'Ann', '{public}');
    insert into identity_provider (id, organisation, issuer, client_id, scopes, rules)
        select gen_random_uuid(), id, 'https://' || slug || '.example', 'serra', '{}', '[]' from organisation;
    insert into external_identity (id, organisation, issuer, subject, person, kind)
        select gen_random_uuid(), organisation.id, 'https://olen.example', 'ann', person.id, 'PERSON'
        from organisation, person where slug = 'olen';
"""


@pytest_asyncio.fixture(loop_scope="session")
async def earlier_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """A database as it was before an issuer had to be proven."""
    name = f"earlier_{secrets.token_hex(4)}"
    owner = await asyncpg.connect(servers.database_url)
    await owner.execute(f'create database "{name}"')
    url = urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
    earlier = await asyncpg.connect(url)
    await earlier.execute(
        "create table migration (id serial primary key, name varchar(200), app_name varchar(200),"
        " ran_on timestamp default now())"
    )
    for file in sorted(file for file in MIGRATIONS.glob("*.sql") if file.name < "0023"):
        await earlier.execute(file.read_text(encoding="utf-8"))
        await earlier.execute("insert into migration (name, app_name) values ($1, 'serra')", file.stem)
    await earlier.close()
    yield url
    await owner.execute(f'drop database "{name}" with (force)')
    await owner.close()


async def test_a_provider_that_has_signed_somebody_in_is_proven(earlier_url: str) -> None:
    """All later migrations run in one transaction with providers there; who came in by one has shown whose it is."""
    connection = await asyncpg.connect(earlier_url)
    await connection.execute(IN_USE)

    await migrate(earlier_url)

    proven = await connection.fetch("select issuer from identity_provider where proven_at is not null")
    assert [row["issuer"] for row in proven] == ["https://olen.example"]
    await connection.close()
