"""People who are here already are invited as who they are."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0022_invited_people"
VERSION = "1.38.0"
DESCRIPTION = "people who are here already are asked, and accept or decline"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
