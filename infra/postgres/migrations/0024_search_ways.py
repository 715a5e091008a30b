"""The search index keeps what each reader may find apart, so that a question never walks through the rest."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0024_search_ways"
VERSION = "1.38.0"
DESCRIPTION = "a thing is indexed once for each way to read it"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
