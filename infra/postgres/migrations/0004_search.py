"""The search index in PostgreSQL."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0004_search"
VERSION = "1.38.0"
DESCRIPTION = "the search index in PostgreSQL"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
