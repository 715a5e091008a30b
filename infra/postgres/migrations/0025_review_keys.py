"""A reviewer who may read a thing only while they review it holds the review's key, and no more lends it their own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.statements import from_sql

ID = "0025_review_keys"
VERSION = "1.38.0"
DESCRIPTION = "a review's guest holds the review's key"


async def forwards() -> MigrationManager:
    """Run the SQL file beside this one."""
    return from_sql(ID, DESCRIPTION)
