"""An issuer is an organisation's once somebody was signed in there by its client."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0023_proven_issuers"
VERSION = "1.38.0"
DESCRIPTION = "an issuer is taken once somebody was signed in by it, and not when it is named"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
