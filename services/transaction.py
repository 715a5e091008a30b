"""One transaction for one write."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from piccolo.engine import engine_finder

_bells: list[Callable[[], None]] = []
"""What is rung, once `use_bell` has named it."""


def use_bell(ring: Callable[[], None]) -> None:
    """Say, once at start-up, how those who follow the log learn that there is something new in it."""
    _bells[:] = [ring]


def committed() -> None:
    """Wake those who follow the log: for `transaction`, and for a write that is one statement."""
    for ring in _bells:
        ring()


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
    committed()
