"""One transaction for one write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.engine import engine_finder


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
