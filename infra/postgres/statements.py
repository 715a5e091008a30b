"""Migrations written in SQL: a file beside each migration module, under the same name."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from infra.postgres.piccolo_conf import DB

_FOLDER = Path(__file__).parent / "migrations"
_PATIENCE = "set local lock_timeout = '4s'; set local statement_timeout = '15min';\n"
"""A migration that has to wait for a lock gives up, rather than making everyone queue behind it."""


def from_sql(migration: str, description: str) -> MigrationManager:
    """A migration that runs `migrations/<migration>.sql` in the transaction that Piccolo opens."""
    manager = MigrationManager(migration_id=migration, app_name="serra", description=description)

    async def run() -> None:
        sql = (_FOLDER / f"{migration}.sql").read_text(encoding="utf-8")
        transaction = DB.current_transaction.get()
        if transaction is None:
            message = "A migration runs inside the transaction that Piccolo opens for it."
            raise RuntimeError(message)
        await transaction.connection.execute(_PATIENCE + sql)

    manager.add_raw(run)
    return manager
