"""A database that is away: how errors tell of it, and what is told to whoever started what needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import asyncpg

DATABASE_ERRORS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Whatever asking PostgreSQL may end in, be it away or unable to do what was asked; a time-out is an OSError."""
_HUNG_UP: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
_GONE: Final = ("is closed", "is closing", "was closed", "released back to the pool")
"""How asyncpg's words tell of a connection that is there no more: it has no class for that."""


def is_away(error: BaseException | None) -> bool:
    """Whether an error means that PostgreSQL cannot be reached or has hung up, and nothing that was asked of it."""
    match error:
        case OSError():
            return error.filename is None  # else it is about a file
        case ValueError():  # of asyncpg too: its text may be anybody's
            return False
        case asyncpg.InterfaceError():
            return any(words in str(error) for words in _GONE)
        case _:
            return isinstance(error, _HUNG_UP)


class DatabaseAway(Exception):
    """PostgreSQL does not answer or lets us not in. The message says where, why, and what to do."""


@contextmanager
def opening(url: str) -> Iterator[None]:
    """Around the first connection to an address: raises DatabaseAway where there is none, without the password."""
    try:
        yield
    except DATABASE_ERRORS as error:
        _, _, place = urlsplit(url).netloc.rpartition("@")
        raise DatabaseAway(
            f"The database at {place}{urlsplit(url).path} cannot be opened: {str(error) or type(error).__name__}."
            " Does PostgreSQL run there, and is SERRA_DATABASE_URL right?"
        ) from error
