"""Search in Meilisearch; see docs/decisions/003-search-engines.md."""

from infra.search.meilisearch.engine import MeilisearchSearch

__all__ = ["MeilisearchSearch"]
