"""The log is sealed, and tells who signed in from where."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0007_audit"
VERSION = "1.38.0"
DESCRIPTION = "the log is sealed and tells of sign-ins"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
