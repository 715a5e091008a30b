"""A participant who withdraws leaves files and what was said, too."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0018_departures"
VERSION = "1.38.0"
DESCRIPTION = "whose a file is, prints of withdrawn words, and versions that are withheld"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
