"""The migrations and Piccolo's table classes say the same."""

import asyncio

from piccolo.columns import Array, Column, ForeignKey

from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from infra.postgres.migrate import migrate
from infra.postgres.piccolo_app import TABLES

COLUMNS = """
select table_name, column_name, is_nullable = 'YES' as nullable,
       case data_type when 'ARRAY' then udt_name else data_type end as type, character_maximum_length as length
from information_schema.columns where table_schema = 'public' and is_generated = 'NEVER'
"""
KEYS = """
select c.conrelid::regclass::text as table_name, a.attname as column_name, c.confrelid::regclass::text as target,
       c.confdeltype::text as on_delete
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
where c.contype = 'f'
"""
TYPES = {
    "VARCHAR": "character varying",
    "TIMESTAMPTZ": "timestamp with time zone",
    "BIGSERIAL": "bigint",
    "SERIAL": "integer",
    "NUMERIC": "numeric",
}
DELETES = {"CASCADE": "c", "RESTRICT": "r", "SET NULL": "n"}


def declared_type(column: Column) -> str:
    """What information_schema calls the type of a Piccolo column."""
    if isinstance(column, Array):
        return f"_{column.base_column.column_type.partition('(')[0].lower()}"
    plain = str(column.column_type).partition("(")[0]
    return TYPES.get(plain, plain.lower())


async def test_every_column_is_as_its_table_class_says(open_database: Database) -> None:
    """Each table has exactly the columns of its class, of the same type and nullability.

    Piccolo knows no tsvector, no xid8 and no generated columns; the database fills those by itself.
    """
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in await open_database.pool.fetch(COLUMNS):
        if row["type"] not in ("tsvector", "xid8"):
            found.setdefault(row["table_name"], {})[row["column_name"]] = (row["type"], row["nullable"])
    for table in TABLES:
        meta = table._meta
        expected = {c._meta.db_column_name: (declared_type(c), c._meta.null) for c in meta.columns}
        assert found[meta.tablename] == expected, meta.tablename


async def test_every_foreign_key_is_as_its_table_class_says(open_database: Database) -> None:
    """Each foreign key leads to the same table and does the same on deletion."""
    rows = await open_database.pool.fetch(KEYS)
    found = {(r["table_name"].strip('"'), r["column_name"]): (r["target"].strip('"'), r["on_delete"]) for r in rows}
    for table in TABLES:
        for column in table._meta.columns:
            if isinstance(column, ForeignKey):
                meta = column._foreign_key_meta
                target = meta.resolved_references._meta.tablename
                key = (table._meta.tablename, column._meta.db_column_name)
                assert found[key] == (target, DELETES[meta.on_delete.value]), key


async def test_servers_that_start_together_migrate_one_after_the_other(servers: EmbeddedServers) -> None:
    """Migrating a database that is up to date does nothing, also when several do it at once."""
    await asyncio.gather(*(migrate(servers.database_url) for _ in range(3)))
