"""What a participant leaves behind is looked for where the round's organisation may look, and after it was recorded."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0026_reach"
VERSION = "1.38.0"
DESCRIPTION = "when observations were written down, and for how long withdrawn words are recognised"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
