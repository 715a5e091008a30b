"""The cases by each key of their audiences."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0012_case_audience"
VERSION = "1.38.0"
DESCRIPTION = "cases by the keys of their audiences"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
