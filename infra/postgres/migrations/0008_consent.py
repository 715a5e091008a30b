"""Invitations of people, and proposals that organisations join networks."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0008_consent"
VERSION = "1.38.0"
DESCRIPTION = "people and organisations come in by consent"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
