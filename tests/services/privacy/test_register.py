"""The register of what is held about people covers the whole database."""

from infra.postgres.database import Database
from services.privacy.export import gather
from services.privacy.holdings import HOLDINGS, WITHHELD, Erasure
from tests.factories.privacy import EMAIL, NAME, Busy
from tests.services.privacy.conftest import Found

KEYS = """
select c.conrelid::regclass::text as table_name, a.attname as column_name, c.confdeltype::text as on_delete
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
where c.contype = 'f' and c.confrelid = 'person'::regclass
"""
COLUMNS = "select column_name from information_schema.columns where table_schema = 'public' and table_name = $1"
LISTS = "select table_name, column_name from information_schema.columns where udt_name = '_text'"
TOMBSTONE = {("person", "id"), ("log", "person"), ("log", "subject_id"), ("log", "detail")}
"""Where an erased person's bare id stays: their row without a name, and the log."""
FOLLOWS = {("case_audience", "key")}
"""What triggers keep in step with a list of keys, and what therefore goes when the key does."""
REGISTERED = {(holding.table, holding.column): holding.erasure for holding in HOLDINGS}


async def test_every_key_to_a_person_is_registered(open_database: Database) -> None:
    """A table that points at people has a line in HOLDINGS, which does on erasure what the key does on deletion."""
    erasures = {"c": Erasure.DELETE, "n": Erasure.UNLINK}
    for row in await open_database.pool.fetch(KEYS):
        key = (row["table_name"].strip('"'), row["column_name"])
        assert key in REGISTERED, f"{key} names a person: add a Holding for it to services/privacy/holdings.py"
        assert REGISTERED[key] is erasures[row["on_delete"]], key


async def test_every_column_of_what_is_held_is_shown_or_withheld(open_database: Database) -> None:
    """Of each table that points at people each column is exported, or named in WITHHELD, so none is forgotten."""
    tables = {"person", *(row["table_name"].strip('"') for row in await open_database.pool.fetch(KEYS))}
    for table in sorted(tables):
        shown = {name for one in HOLDINGS if one.table == table for name in (*one.shows, one.column)}
        known = shown | set(WITHHELD.get(table, ()))
        there = {row["column_name"] for row in await open_database.pool.fetch(COLUMNS, table)}
        assert known == there, f"{table}: say in services/privacy/holdings.py what becomes of {known ^ there}"
        assert not set(WITHHELD.get(table, ())) & shown, table


async def test_whatever_holds_a_person_is_registered(ada: Busy, found: Found, clean: Database) -> None:
    """Wherever in the database an id of somebody stands who did everything, the register knows of it."""
    lists = {tuple(row) for row in await clean.pool.fetch(LISTS)}
    assert await found(str(ada.person)) <= {*REGISTERED, *TOMBSTONE, *FOLLOWS, *lists}


async def test_every_section_of_an_export_is_filled(ada: Busy) -> None:
    """Somebody who did everything finds something in each section: no line of the register is idle."""
    sections = (await gather(ada.person))["sections"]
    assert [name for name, section in sections.items() if not section["count"]] == []


async def test_the_log_knows_nobody_by_name(ada: Busy, found: Found) -> None:
    """Lines of the log cannot be changed, so they name people by their ids alone."""
    for word in (NAME, EMAIL):
        assert not [column for table, column in await found(word) if table == "log"]
