"""A job is announced after the commit of what caused it, not by it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0019_jobs_ring"
VERSION = "1.38.0"
DESCRIPTION = "jobs are announced outside of the transactions that enqueue them"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
