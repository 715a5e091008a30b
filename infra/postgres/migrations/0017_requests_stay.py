"""A request for access outlives the case that it was for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0017_requests_stay"
VERSION = "1.38.0"
DESCRIPTION = "requests for access outlive their case"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
