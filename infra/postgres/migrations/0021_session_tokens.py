"""A token says to its holder for which organisation it was made."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0021_session_tokens"
VERSION = "1.38.0"
DESCRIPTION = "compiled reads may ask for which organisation a token was made"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
