"""A notification names the organisations that it concerns."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0027_concerned"
VERSION = "1.38.0"
DESCRIPTION = "notifications name the organisations that they concern"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
