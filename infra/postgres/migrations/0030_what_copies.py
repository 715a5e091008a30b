"""Indexes by which what copies a label is found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0030_what_copies"
VERSION = "1.38.0"
DESCRIPTION = "find what copies the labels of an organisation or a concept"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
