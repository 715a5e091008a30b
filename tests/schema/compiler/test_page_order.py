"""Connections: whatever of pageInfo is asked for, the rows stay in their order."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]


@pytest.mark.parametrize("info", ["hasNextPage", "startCursor", "endCursor", "hasNextPage endCursor"])
@pytest.mark.parametrize("window", ["first: 3", "last: 3"])
async def test_page_info_does_not_turn_the_rows_round(as_: As, network: SmallNetwork, info: str, window: str) -> None:
    """The last row's cursor is found by sorting the other way, which must not carry the rows along."""
    for place in range(3):
        await published_case(as_(network.olen_editor), slug=f"case-{place}", audience={"public": True})
    query = (
        f"{{ cases({window}, orderBy: SLUG) {{ pageInfo {{ {info} }} nodes {{ slug }} edges {{ node {{ slug }} }} }} }}"
    )
    page = (await as_(None).ask(query))["cases"]
    assert [node["slug"] for node in page["nodes"]] == ["case-0", "case-1", "case-2"]
    assert [edge["node"]["slug"] for edge in page["edges"]] == ["case-0", "case-1", "case-2"]
