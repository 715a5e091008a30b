"""Search in PostgreSQL itself; see docs/decisions/003-search-engines.md."""

from infra.search.postgres.engine import PostgresSearch

__all__ = ["PostgresSearch"]
