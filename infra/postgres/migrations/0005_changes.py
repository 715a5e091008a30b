"""What the log says is announced to whoever listens."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0005_changes"
VERSION = "1.38.0"
DESCRIPTION = "changes are announced"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
