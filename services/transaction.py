"""One transaction for one write."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

from piccolo.engine import engine_finder


class Run(Protocol):
    """Runs a statement that is a transaction by itself, and gives its one value."""

    async def __call__(self, statement: str, values: list[Any], /) -> Any:
        """The first column of its first row; None where it has none."""


class _Database(NamedTuple):
    run: Run
    ring: Callable[[], None]


_database: list[_Database] = []
"""The one database, once `use_database` has named it."""


def use_database(run: Run, ring: Callable[[], None]) -> None:
    """Say, once at start-up, what runs single statements, and what wakes those who follow the log."""
    _database[:] = [_Database(run, ring)]


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Everything inside is committed together, or rolled back when an exception leaves it.

    Opened by a service function, never by a request: fields of one request run side by side and cannot share a
    connection.
    """
    engine = engine_finder()
    if engine is None:
        message = "No database engine: set PICCOLO_CONF before the first query."
        raise RuntimeError(message)
    async with engine.transaction():
        yield
    _committed()


async def at_once(statement: str, *values: Any) -> Any:
    """Write in one statement, which is all of its transaction: its one value. Never inside `transaction`."""
    found = await _database[0].run(statement, list(values))
    _committed()
    return found


def _committed() -> None:
    for database in _database:
        database.ring()
