"""Objects that are shown out of a JSON value."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.practices import olen_practice

As = Callable[[str | None], Client]


async def test_a_value_is_computed_once(
    as_: As, network: SmallNetwork, clean: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fields are picked from a JSON value, PostgreSQL plans a single computation of it."""
    await olen_practice(as_(network.olen_editor))
    asked: list[tuple[str, list[Any]]] = []
    fetch = Database.fetch_json

    async def noted(self: Database, statement: str, values: list[Any]) -> str | None:
        asked.append((statement, values))
        return await fetch(self, statement, values)

    monkeypatch.setattr(Database, "fetch_json", noted)
    await as_(None).ask('{ practice(slug: "values-to-plan") { evidence { level reasons rounds bodies templates } } }')
    ((statement, values),) = asked
    plan = "\n".join(row[0] for row in await clean.pool.fetch(f"explain (verbose) {statement}", *values))
    assert plan.count("CTE facts") == 1
