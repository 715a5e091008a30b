"""What a comment speaks of, and who may read it, is told by the comment and not by the log."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0028_announced_comments"
VERSION = "1.38.0"
DESCRIPTION = "a new comment is announced with its audience"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
