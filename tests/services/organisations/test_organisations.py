"""The root field `organisations`."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import organisation

As = Callable[[str | None], Client]


@pytest.mark.parametrize(
    ("filter_", "slugs"),
    [
        ({}, ["arbetsformedlingen", "olen", "outside-agency", "review-institute"]),
        ({"kind": ["MUNICIPALITY", "PES"]}, ["arbetsformedlingen", "olen"]),
        ({"level": ["LOCAL"]}, ["olen"]),
        ({"country": ["SE", "DK"]}, ["arbetsformedlingen", "outside-agency"]),
        ({"nuts": "BE2"}, ["olen"]),
        ({"nuts": "BE2", "level": ["LOCAL"], "country": ["BE"]}, ["olen"]),
        ({"nuts": "BE1"}, []),
        ({"kind": []}, []),
        ({"kind": None}, ["arbetsformedlingen", "olen", "outside-agency", "review-institute"]),
    ],
)
async def test_a_list_is_narrowed_by_conditions(
    as_: As, network: SmallNetwork, filter_: dict[str, Any], slugs: list[str]
) -> None:
    """Everyone lists organisations by slug; conditions hold together, a region by the beginning of its code."""
    query = "query ($f: OrganisationFilter) { organisations(filter: $f, first: 9) { totalCount nodes { slug } } }"
    found = (await as_(None).ask(query, f=filter_))["organisations"]
    assert [one["slug"] for one in found["nodes"]] == slugs
    assert found["totalCount"] == len(slugs)


async def test_the_newest_come_first_when_asked(as_: As, network: SmallNetwork) -> None:
    """The order NEWEST begins with what was registered last."""
    for slug in ("first", "second"):
        await as_(network.steward).do("registerOrganisation", organisation(slug), "__typename")
    found = await as_(None).ask("{ organisations(orderBy: NEWEST, first: 2) { nodes { slug } } }")
    assert found["organisations"]["nodes"] == [{"slug": "second"}, {"slug": "first"}]
