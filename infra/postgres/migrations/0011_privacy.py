"""Exports of what is held about a person, and indexes for what is let go in time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0011_privacy"
VERSION = "1.38.0"
DESCRIPTION = "exports of personal data, and retention"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
