"""A file stays its organisation's, and neither files nor adoptions are read by the guests of reviews."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0034_own_files"
VERSION = "1.38.0"
DESCRIPTION = "files are always read by their own organisation, and not by the guests of reviews"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
