"""A database that cannot be opened, told to whoever started what needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg


class DatabaseAway(Exception):
    """PostgreSQL does not answer or lets us not in. The message says where, why, and what to do."""


@contextmanager
def opening(url: str) -> Iterator[None]:
    """Around the first connection to an address: raises DatabaseAway where there is none, without the password."""
    try:
        yield
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _, _, place = urlsplit(url).netloc.rpartition("@")
        raise DatabaseAway(
            f"The database at {place}{urlsplit(url).path} cannot be opened: {str(error) or type(error).__name__}."
            " Does PostgreSQL run there, and is SERRA_DATABASE_URL right?"
        ) from error
