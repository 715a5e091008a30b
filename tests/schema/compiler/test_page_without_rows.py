"""Connections of which something other than the rows is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]


@pytest.mark.parametrize("size", ["first: 3", "last: 3", "first: 100"])
@pytest.mark.parametrize(
    ("selection", "answer"),
    [
        ("totalCount", {"totalCount": 4}),
        ("__typename", {"__typename": "OrganisationConnection"}),
        ("pageInfo { __typename }", {"pageInfo": {"__typename": "PageInfo"}}),
        ("totalCount nodes { __typename }", None),
    ],
)
async def test_a_page_answers_once_whatever_is_asked_of_it(
    as_: As, network: SmallNetwork, size: str, selection: str, answer: dict[str, Any] | None
) -> None:
    """A count, a type or a page's ends alone are one answer, over several rows and over none."""
    client = as_(None)
    several = (await client.ask(f"{{ organisations({size}) {{ {selection} }} }}"))["organisations"]
    if answer is None:
        assert several["totalCount"] == 4
        return
    assert several == answer
    none = (await client.ask(f"{{ labs({size}) {{ {selection} }} }}"))["labs"]
    assert none == {"totalCount": 0} if "totalCount" in answer else none


async def test_a_page_without_earlier_ones_says_so(as_: As, network: SmallNetwork) -> None:
    """HasPreviousPage of a first page, asked for alone, is false over rows and over none."""
    found = await as_(None).ask(
        "{ organisations(first: 2) { pageInfo { hasPreviousPage } } labs(first: 2) { pageInfo { hasPreviousPage } } }"
    )
    assert found["organisations"] == found["labs"] == {"pageInfo": {"hasPreviousPage": False}}
