"""Guests and partners are let into a case, and others may ask to be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0015_sharing"
VERSION = "1.38.0"
DESCRIPTION = "admissions and requests for access"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
