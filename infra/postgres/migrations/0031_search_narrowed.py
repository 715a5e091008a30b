"""What was narrowed, or is gone, is not found from that moment on, though the index has yet to follow."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0031_search_narrowed"
VERSION = "1.38.0"
DESCRIPTION = "search asks again who may read what was narrowed"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
