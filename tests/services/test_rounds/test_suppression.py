"""Rule 6 as a function: Python's and the database's, and what a reader can work out from what they show."""

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.test_rounds.rules import SuppressedCount, suppressed

CELLS = st.lists(st.integers(0, 12), min_size=1, max_size=5)
TABLES = st.lists(CELLS, min_size=1, max_size=4)
THRESHOLDS = st.integers(2, 8)


@pytest.mark.parametrize(
    ("counts", "threshold", "expected"),
    [
        ([12], 5, SuppressedCount(12, is_suppressed=False, display="12")),
        ([5], 5, SuppressedCount(5, is_suppressed=False, display="5")),
        ([4], 5, SuppressedCount(None, is_suppressed=True, display="<5")),
        ([0], 5, SuppressedCount(None, is_suppressed=True, display="<5")),
        ([9, 3], 5, SuppressedCount(None, is_suppressed=True, display="9–13")),
        ([2, 3], 5, SuppressedCount(None, is_suppressed=True, display="<9")),
        ([9, 3], 0, SuppressedCount(12, is_suppressed=False, display="12")),
        ([0], 1, SuppressedCount(0, is_suppressed=False, display="0")),
        ([9, None], 5, None),
        ([], 5, None),
    ],
)
def test_what_is_shown(counts: list[int | None], threshold: int, expected: SuppressedCount | None) -> None:
    """A cell under the threshold is hidden, a total with a hidden cell is a range, an unknown number is none."""
    assert suppressed(counts, threshold) == expected


def shown(table: list[list[int]], threshold: int) -> object:
    """Everything that a reader sees of a round: each group at each site, each site's total, and the round's."""
    cells = [[suppressed([cell], threshold) for cell in site] for site in table]
    totals = [suppressed(site, threshold) for site in table]
    return cells, totals, suppressed([cell for site in table for cell in site], threshold)


@given(TABLES, THRESHOLDS)
def test_a_hidden_cell_may_be_anything_under_the_threshold(table: list[list[int]], threshold: int) -> None:
    """However a reader combines what is shown, every number under the threshold stays possible for a hidden cell."""
    seen = shown(table, threshold)
    for site in table:
        for place, cell in enumerate(site):
            if cell < threshold:
                for other in range(threshold):
                    site[place] = other
                    assert shown(table, threshold) == seen
                site[place] = cell


@given(TABLES, THRESHOLDS)
def test_linear_reasoning_finds_no_hidden_cell(table: list[list[int]], threshold: int) -> None:
    """The bounds that follow for each hidden cell from all cells and totals together are never one number."""
    known = [[suppressed([cell], threshold) for cell in site] for site in table]
    low = [[cell.value if cell and cell.value is not None else 0 for cell in site] for site in known]
    high = [[cell.value if cell and cell.value is not None else threshold - 1 for cell in site] for site in known]
    sums = [([(s, g) for g in range(len(site))], suppressed(site, threshold)) for s, site in enumerate(table)]
    every = [(s, g) for s, site in enumerate(table) for g in range(len(site))]
    sums.append((every, suppressed([table[s][g] for s, g in every], threshold)))
    for _ in range(3):
        for cells, total in sums:
            least, most = _bounds(total)
            for s, g in cells:
                others = [(a, b) for a, b in cells if (a, b) != (s, g)]
                low[s][g] = max(low[s][g], least - sum(high[a][b] for a, b in others))
                high[s][g] = min(high[s][g], most - sum(low[a][b] for a, b in others))
    for s, site in enumerate(table):
        for g, cell in enumerate(site):
            if cell < threshold:
                assert (low[s][g], high[s][g]) == (0, threshold - 1)


def _bounds(total: SuppressedCount | None) -> tuple[int, int]:
    assert total is not None
    if total.value is not None:
        return total.value, total.value
    if total.display.startswith("<"):
        return 0, int(total.display[1:]) - 1
    least, most = total.display.split("–")
    return int(least), int(most)


@given(CELLS, THRESHOLDS)
def test_a_range_holds_the_truth(cells: list[int], threshold: int) -> None:
    """What is shown of a total is never false: the total lies within it."""
    least, most = _bounds(suppressed(cells, threshold))
    assert least <= sum(cells) <= most


@given(st.lists(st.integers(0, 30), min_size=2, max_size=2, unique=True), THRESHOLDS)
def test_shown_numbers_are_exact(two: list[int], threshold: int) -> None:
    """Numbers from the threshold on are shown as they are, so that larger groups lose nothing."""
    for one, other in pairwise(two):
        if min(one, other) >= threshold:
            assert suppressed([one], threshold) != suppressed([other], threshold)


def test_the_database_says_the_same(open_database: Database, loop: asyncio.AbstractEventLoop) -> None:
    """For any cells, known or not, and any threshold, SQL and Python show the same."""

    @given(st.lists(st.none() | st.integers(0, 2_000_000_000), max_size=6), st.integers(0, 100))
    def compare(counts: list[int | None], threshold: int) -> None:
        found = loop.run_until_complete(
            open_database.pool.fetchval("select suppressed_count($1::int[], $2)", counts, threshold)
        )
        expected = suppressed(counts, threshold)
        assert (json.loads(found) if found else None) == (
            expected and {"value": expected.value, "isSuppressed": expected.is_suppressed, "display": expected.display}
        )

    compare()
