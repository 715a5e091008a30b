"""the job queue."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0003_jobs"
VERSION = "1.38.0"
DESCRIPTION = "the job queue"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
