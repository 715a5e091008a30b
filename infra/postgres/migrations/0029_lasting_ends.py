"""What has ended does not come back by itself."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0029_lasting_ends"
VERSION = "1.38.0"
DESCRIPTION = "what has ended does not come back by itself"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
