"""One number says whether remembered viewers still hold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0013_epoch"
VERSION = "1.38.0"
DESCRIPTION = "an epoch of keyrings"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
