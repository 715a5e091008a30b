"""What an operation is weighed at."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from infra.http.weighing import CHANGING, COUNTING, INTROSPECTING, SEARCHING, USUAL_PAGE, USUAL_PARTS, weigh
from schema import catalogue, schema


def weight(query: str, **variables: Any) -> tuple[int, int]:
    """The nodes and the cost of a query."""
    document = parse(query)
    assert not validate(schema, document)
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    found = weigh(catalogue, document, operation)
    return found.nodes.at(variables), found.cost.at(variables)


NESTED = """query($cases: Int, $rounds: Int = 3) {
    cases(first: $cases) { nodes { title { text } owner { slug } testRounds(last: $rounds) { edges { cursor } } } }
}"""


@pytest.mark.parametrize(
    ("query", "variables", "nodes", "cost"),
    [
        ("{ __typename }", {}, 0, 1),
        ('{ case(slug: "x") { slug title { text } } }', {}, 0, 2),
        ('{ case(slug: "x") { owner { slug parent { slug } } } }', {}, 0, 4),
        ("{ cases(first: 50) { nodes { slug } pageInfo { hasNextPage } } }", {}, 50, 52),
        ("{ cases(first: 50) { totalCount } }", {}, 50, 52 + COUNTING),
        # the page is read once, the owners are looked up for its nodes and for its edges
        ("{ cases(first: 50) { nodes { owner { slug } } edges { node { owner { name { text } } } } } }", {}, 50, 152),
        # 10 cases, 10 owners and 10 pages, with 3 rounds in each
        (NESTED, {"cases": 10}, 10 + 30, 1 + 1 + 10 + 10 + 10 + 30),
        (NESTED, {"cases": 10, "rounds": 7}, 10 + 70, 1 + 1 + 10 + 10 + 10 + 70),
        (NESTED, {"cases": 10.0, "rounds": None}, 10 + 10 * USUAL_PAGE, 32 + 10 * USUAL_PAGE),
        (NESTED, {"cases": 10**9, "rounds": -5}, 100, 302),
        ('{ case(slug: "x") { topics { notation } } }', {}, 0, 3 + USUAL_PARTS),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b", "c"]}, 3, 5),
        ("query($id: ID!) { nodes(ids: [$id, $id]) { id } }", {"id": "a"}, 2, 4),
        ('{ search(query: "x", first: 7) { totalCount edges { score } } }', {}, 7, 9 + SEARCHING - 1),
        ("{ __schema { types { name } } }", {}, 0, 1 + INTROSPECTING),
        ('mutation { submitCase(input: {id: "x"}) { case { slug } userErrors { code } } }', {}, 0, 2 + CHANGING),
    ],
)
def test_rows_are_counted_through_pages(query: str, variables: dict[str, Any], nodes: int, cost: int) -> None:
    """Pages multiply what they hold; texts and parts of a row are free; variables decide when the query runs."""
    assert weight(query, **variables) == (nodes, cost)


def test_what_is_written_twice_counts_once() -> None:
    """A field in two fragments is one field of the answer, and weighs as one."""
    once = "{ cases(first: 9) { nodes { owner { slug } } } }"
    twice = """{ ...A ...B cases(first: 9) { nodes { owner { slug } } } }
        fragment A on Query { cases(first: 9) { nodes { owner { kind } } } }
        fragment B on Query { cases(first: 9) { nodes { owner { country } } } }"""
    assert weight(once) == weight(twice)
