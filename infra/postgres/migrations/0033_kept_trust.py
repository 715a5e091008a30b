"""What left a case's files while a partner was trusted does not come back when its part ends."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0033_kept_trust"
VERSION = "1.38.0"
DESCRIPTION = "withdrawn words are known by how far they reached when they left"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
