"""A departure reaches what came after the words were recorded, and versions are numbered as they are verified."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0026_reach"
VERSION = "1.38.0"
DESCRIPTION = "when observations were written down, how long withdrawn words are recognised, numbers without gaps"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
