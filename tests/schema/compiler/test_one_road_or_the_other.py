"""The proof of the compiler: bytes made by the database say what graphql-core would have said of the same rows."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from graphql import parse, validate

from schema import schema
from tests.schema.compiler.questions import questions
from tests.schema.compiler.richer import richer
from tests.schema.compiler.roads import Roads


async def _both_roads(roads: Roads, query: str) -> None:
    wrong = validate(schema, parse(query))
    assert not wrong, f"{wrong}\n{query}"
    for viewer in roads.viewers:
        compiled = await roads.answer(query, viewer, walk_all=False)
        walked = await roads.answer(query, viewer, walk_all=True)
        different = list(_differences(compiled, walked))
        assert not different, f"{different}\n{query}"
        straight = await roads.straight(query, viewer)
        different = list(_differences(straight, compiled)) if straight else []
        assert not different, f"past the executor: {different}\n{query}"


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ, and how; 1 and 1.0 are one number, 1 and true are two things."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        for key, value in one.items():
            yield from _differences(value, other[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, value in enumerate(one):
            yield from _differences(value, other[place], f"{path}.{place}")
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield f"{path}: compiled {one!r}, walked {other!r}"


async def test_both_roads_say_the_same(roads: Roads) -> None:
    """A generated query has one answer for each viewer, whether the database's JSON is passed on or walked."""
    for place, query in enumerate(islice(questions(roads.rows), 60)):
        await _both_roads(roads, richer(query, place))


@pytest.mark.deep
async def test_both_roads_say_the_same_two_thousand_times(roads: Roads) -> None:
    """As above, over more queries than an ordinary run has time for."""
    for place, query in enumerate(islice(questions(roads.rows), 2_000)):
        await _both_roads(roads, richer(query, place))
