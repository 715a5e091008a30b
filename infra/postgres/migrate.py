"""Bring a database up to date: Piccolo's runner over the one history of migrations."""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from infra.postgres.engine import SeparateTransaction
from infra.postgres.piccolo_conf import DB

_LOCK = 7_237_729_106  # any number that nobody else takes: two servers that start together migrate one after the other


async def migrate(url: str) -> None:
    """Run every migration that has not run yet, all of them in one transaction, or none. The address is the owner's."""
    said = io.StringIO()
    async with SeparateTransaction(DB, url) as transaction:
        await transaction.connection.execute(f"select pg_advisory_xact_lock({_LOCK})")
        try:
            with contextlib.redirect_stdout(said):
                result = await run_forwards("serra")
        except asyncpg.PostgresError as error:
            raise MigrationFailed(" ".join(filter(None, (error.args[0], error.hint)))) from error
        if not result.success:
            raise MigrationFailed(result.message or said.getvalue().strip())


class MigrationFailed(Exception):
    """A migration did not run; the database is as it was before."""
