"""Who listens is woken after the commit, and reads the log."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0014_wakes"
VERSION = "1.38.0"
DESCRIPTION = "listeners are woken after the commit"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
