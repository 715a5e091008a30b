"""Organisations have their people signed in by their own identity providers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0010_sign_in"
VERSION = "1.38.0"
DESCRIPTION = "sign-in by identity providers"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
