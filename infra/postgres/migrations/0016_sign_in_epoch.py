"""What ends sessions, or lets machines in no longer, is heard of by whoever remembers viewers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0016_sign_in_epoch"
VERSION = "1.38.0"
DESCRIPTION = "sessions and identity providers raise the epoch"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
