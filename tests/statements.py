"""Notes the statements that reach PostgreSQL, whoever sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest


@contextmanager
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The text of every statement that runs inside, in order, but those by which a server looks for what is new."""
    statements: list[str] = []
    run = asyncpg.Connection._execute  # type: ignore[attr-defined]

    async def noting(self: Any, query: str, *given: Any, **options: Any) -> Any:
        if "pg_current_snapshot()" not in query:
            statements.append(query)
        return await run(self, query, *given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "_execute", noting)
        yield statements
