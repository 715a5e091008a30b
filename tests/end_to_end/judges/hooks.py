"""What schemathesis is told of Serra: its scalars, sizes of pages that are allowed, and the refusals it documents.

Runs inside schemathesis' own environment, not in ours.
"""

from datetime import date, datetime
from typing import Any

import graphql
import schemathesis  # type: ignore[import-not-found]
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error  # type: ignore[import-not-found]
from schemathesis.generation import GenerationMode  # type: ignore[import-not-found]
from schemathesis.graphql import nodes  # type: ignore[import-not-found]
from schemathesis.specs.openapi.checks import positive_data_acceptance  # type: ignore[import-not-found]

REFUSALS = {
    "ALIAS_LIMIT",
    "BAD_CURSOR",
    "BAD_USER_INPUT",
    "BUDGET_EXHAUSTED",
    "COST_LIMIT",
    "DEPTH_LIMIT",
    "DOCUMENT_LIMIT",
    "FIELD_LIMIT",
    "NODE_LIMIT",
    "PAGE_SIZE",
    "ROOT_FIELD_LIMIT",
}
"""Codes of errors that are an answer to what was sent. Any other error is a finding."""

_DAYS = st.dates(date(1000, 1, 1), date(2999, 12, 31))
schemathesis.graphql.scalar("Date", _DAYS.map(lambda day: nodes.String(day.isoformat())))
_INSTANTS = st.builds(datetime.combine, _DAYS, st.times())
schemathesis.graphql.scalar("DateTime", _INSTANTS.map(lambda instant: nodes.String(f"{instant.isoformat()}Z")))
schemathesis.graphql.scalar("ByteCount", st.integers(0, 2**53).map(nodes.Int))
_WINDOW = {"first", "last", "after", "before"}


class _Windows(graphql.Visitor):
    """Most lists are asked for a page that they have, so that they answer with rows."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> graphql.FieldNode | None:
        """Put one field's arguments right; leave every fourth or so as it came."""
        given = {argument.name.value: argument for argument in node.arguments or ()}
        if "first" not in given or len(graphql.print_ast(node)) % 4 == 0:
            return None
        kept = [argument for name, argument in given.items() if name not in _WINDOW]
        first = graphql.ArgumentNode(name=graphql.NameNode(value="first"), value=nodes.Int(3))
        return graphql.FieldNode(
            alias=node.alias,
            name=node.name,
            directives=node.directives,
            arguments=(*kept, first),
            selection_set=node.selection_set,
        )


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(_: Any, case: Any, **__: Any) -> None:
    """Put the pages of a valid query within bounds; what is meant to be wrong goes out as it is."""
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        document = graphql.parse(case.body) if isinstance(case.body, str) else case.body
        fitted = graphql.visit(document, _Windows())
        case.body = graphql.print_ast(fitted) if isinstance(case.body, str) else fitted


@schemathesis.check  # type: ignore[untyped-decorator]
def refuses_in_its_own_words(context: Any, response: Any, case: Any) -> None:
    """The checks of schemathesis itself, for every answer that holds more than documented refusals."""
    answer = response.json()
    errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
    documented = errors and all(error.get("extensions", {}).get("code") in REFUSALS for error in errors)
    if not documented or response.status_code >= 500:
        not_a_server_error(context, response, case)
        positive_data_acceptance(context, response, case)
