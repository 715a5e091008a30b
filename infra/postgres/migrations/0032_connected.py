"""People are told when a provider comes to know them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0032_connected"
VERSION = "1.38.0"
DESCRIPTION = "people are told when a provider comes to know them"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
