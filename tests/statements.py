"""Notes the statements that reach PostgreSQL, whoever sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

_NEWS = ("pg_current_snapshot()", "pg_notify(")
"""In the statements by which a server looks for what is new, or tells of it, a moment after whatever was committed."""


@contextmanager
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The text of every statement that runs inside, in order, but those by which servers tell each other of news."""
    statements: list[str] = []
    run = asyncpg.Connection._execute  # type: ignore[attr-defined]

    async def noting(self: Any, query: str, *given: Any, **options: Any) -> Any:
        if not any(mark in query for mark in _NEWS):
            statements.append(query)
        return await run(self, query, *given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "_execute", noting)
        yield statements
