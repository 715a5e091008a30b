"""Takes away whatever a test, or a whole module of them, has written."""

import asyncpg

from infra.postgres.piccolo_app import TABLES
from services.organisations.tables import KeyringEpoch

_APPEND_ONLY = ("log", "log_seal")


def _switched(way: str) -> str:
    return "".join(f"alter table {table} {way} trigger {table}_is_append_only; " for table in _APPEND_ONLY)


_EMPTY = (
    _switched("disable")
    + "".join(f'delete from "{table._meta.tablename}"; ' for table in reversed(TABLES) if table is not KeyringEpoch)
    + "delete from pgqueuer; "
    + _switched("enable")
)


async def empty(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Empty all tables but the number that tells servers of changed keys: it only rises."""
    await owner.execute(_EMPTY)
