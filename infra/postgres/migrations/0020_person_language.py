"""A person's language goes: a request says which it wants."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0020_person_language"
VERSION = "1.38.0"
DESCRIPTION = "a person has no language of their own"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
