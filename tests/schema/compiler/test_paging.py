"""Connections: pages, cursors both ways, and what is wrong with their arguments."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
CASES = """
query($first: Int, $after: String, $last: Int, $before: String, $orderBy: CaseOrder) {
  cases(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    nodes { slug }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""


def cursor_at(key: str) -> str:
    """A cursor of the order NEWEST, with a sort key of our choice."""
    return b64encode(f"NEWEST|{UUID(int=7)}|{key}".encode()).decode()


async def five_cases(client: Client) -> None:
    for place in range(5):
        await published_case(client, slug=f"case-{place}", audience={"public": True})


async def walk(client: Client, size: str, after: str, **variables: Any) -> list[list[str]]:
    """All pages, from the first on."""
    pages: list[list[str]] = []
    cursor = None
    for _ in range(10):
        page = (await client.ask(CASES, **{size: 2, after: cursor}, **variables))["cases"]
        pages.append([node["slug"] for node in page["nodes"]])
        forward = size == "first"
        cursor = page["pageInfo"]["endCursor" if forward else "startCursor"]
        if not page["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]:
            return pages
    raise AssertionError("The list did not end.")


async def test_every_row_is_seen_once_in_both_directions(as_: As, network: SmallNetwork) -> None:
    """Paging forwards and backwards shows each case once, in the same order."""
    await five_cases(as_(network.olen_editor))
    forward = await walk(as_(None), "first", "after", orderBy="SLUG")
    backward = await walk(as_(None), "last", "before", orderBy="SLUG")
    assert forward == [["case-0", "case-1"], ["case-2", "case-3"], ["case-4"]]
    assert backward == [["case-3", "case-4"], ["case-1", "case-2"], ["case-0"]]


async def test_a_page_stays_right_when_rows_are_added(as_: As, network: SmallNetwork) -> None:
    """A case published between two pages neither repeats nor hides one that was there."""
    await five_cases(as_(network.olen_editor))
    first = (await as_(None).ask(CASES, first=2))["cases"]
    await published_case(as_(network.olen_editor), slug="case-new", audience={"public": True})
    second = (await as_(None).ask(CASES, first=2, after=first["pageInfo"]["endCursor"]))["cases"]
    assert [n["slug"] for n in first["nodes"]] == ["case-4", "case-3"]
    assert [n["slug"] for n in second["nodes"]] == ["case-2", "case-1"]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, "PAGE_SIZE"),
        ({"first": 1, "last": 1}, "PAGE_SIZE"),
        ({"first": 0}, "PAGE_SIZE"),
        ({"first": 101}, "PAGE_SIZE"),
        ({"last": -1}, "PAGE_SIZE"),
        ({"first": 1, "after": "nonsense"}, "BAD_CURSOR"),
        ({"first": 1, "after": ""}, "BAD_CURSOR"),
        ({"first": 1, "after": "TkVXRVNUfHh8eQ=="}, "BAD_CURSOR"),
        ({"first": 1, "after": cursor_at("not a date")}, "BAD_CURSOR"),
        ({"first": 1, "after": cursor_at("2024-W01-1")}, "BAD_CURSOR"),
        ({"first": 1, "after": cursor_at("2024-02-31 00:00:00+00")}, "BAD_CURSOR"),
        ({"first": 1, "after": cursor_at("0001-01-01T00:00:00+23:59")}, "BAD_CURSOR"),
        ({"last": 1, "before": "\u00e9"}, "BAD_CURSOR"),
    ],
)
async def test_a_bad_window_is_refused_in_words(as_: As, variables: dict[str, Any], code: str) -> None:
    """Sizes out of bounds and cursors that are not ours get a code, and nothing of the database shows."""
    response = await as_(None).send(CASES, **variables)
    errors = response.json()["errors"]
    assert [error["extensions"]["code"] for error in errors] == [code]
    assert "postgres" not in response.text.lower()


async def test_a_cursor_of_another_order_is_refused(as_: As, network: SmallNetwork) -> None:
    """A cursor belongs to the order it was made in."""
    await five_cases(as_(network.olen_editor))
    page = (await as_(None).ask(CASES, first=2, orderBy="SLUG"))["cases"]
    response = await as_(None).send(CASES, first=2, after=page["pageInfo"]["endCursor"], orderBy="NEWEST")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


async def test_a_total_is_of_everything_readable(as_: As, network: SmallNetwork) -> None:
    """The total counts before paging, and only what the viewer may read."""
    editor = as_(network.olen_editor)
    await five_cases(editor)
    await published_case(editor, slug="case-hidden", audience={"networks": ["learning"]})
    assert (await as_(None).ask(CASES, first=1))["cases"]["totalCount"] == 5
    assert (await as_(network.pes_editor).ask(CASES, first=1))["cases"]["totalCount"] == 6
