"""Roles that own nothing, and row-level security for them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0006_wall"
VERSION = "1.38.0"
DESCRIPTION = "roles that own nothing, and row-level security for them"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
