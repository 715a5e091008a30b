"""docs/limits.md says what the code does."""

import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from infra.http import documents, extent, limits, weighing
from infra.settings import Settings
from schema import catalogue
from schema.compiler.paging import LONGEST_PAGE

PAGE = (Path(__file__).parents[3] / "docs" / "limits.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("Document: characters", documents.LONGEST_DOCUMENT),
        ("Document: tokens", documents.MOST_TOKENS),
        ("Operations of a document", extent.MOST_OPERATIONS),
        ("Fragments of a document", extent.MOST_FRAGMENTS),
        ("Members of lists and fields of objects that a document writes out", extent.MOST_VALUES),
        (
            "The same for all operations, and all fragments by themselves, together",
            extent.MOST_FIELDS_TOGETHER,
        ),
        ("Levels of fields", extent.DEEPEST),
        ("Fields, each use of a fragment counted", extent.MOST_FIELDS),
        ("How often one field of the answer is written", extent.MOST_REPEATS),
        ("Aliases", extent.MOST_ALIASES),
        ("Fields at the root", extent.MOST_ROOT_FIELDS),
        ("`first`, `last` of a page; `ids` of `nodes`", LONGEST_PAGE),
        ("Nodes that the pages hold at most", Settings.model_fields["node_limit"].default),
        ("Cost of a request", Settings.model_fields["cost_limit"].default),
        ("Budget of a client", Settings.model_fields["cost_budget"].default),
        ("`totalCount`", weighing.COUNTING),
        ("`search`", weighing.SEARCHING),
        ("A mutation", weighing.CHANGING),
        ("`__schema`, `__type`", weighing.INTROSPECTING),
        ("A list that is not paged, such as the topics of a case", weighing.USUAL_PARTS + 1),
    ],
)
def test_each_number_is_current(row: str, number: int) -> None:
    """A number of the page is that of the code."""
    assert re.search(rf"^\| {re.escape(row)} \| {number:,}\b", PAGE, re.MULTILINE)


def test_what_reading_costs_is_current() -> None:
    """The page says how many characters of a new document cost 1."""
    assert f"1 for each {limits.CHARACTERS_FOR_ONE} of its characters beyond {limits.CHARACTERS_FREE}" in PAGE


def test_the_example_costs_what_it_says() -> None:
    """The query on the page is valid, and has the nodes and the cost that stand beside it."""
    query = PAGE.split("```graphql\n")[1].split("```")[0]
    document = parse(query)
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    weight = weighing.weigh(catalogue, document, operation)
    assert f"{weight.nodes.at({'cases': 20})} nodes; cost {weight.cost.at({'cases': 20})}" in query
