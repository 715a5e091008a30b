"""Every declared field, by itself, as PostgreSQL sees it: a name that a template misspells is found here."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from infra.postgres.database import Database
from schema import catalogue, schema
from schema.compiler.plan import Plan, Row
from schema.compiler.planner import Planner
from schema.compiler.run import Context, PlanCache
from schema.compiler.selection import Selection
from schema.compiler.sources import Embedded, Followed, Node, Nodes, Page, Reference, References, Rule, Served, Source
from schema.compiler.trace import Traced
from schema.compiler.write import Writer
from services.ports import Ports
from services.viewer import ANYONE

PAGING = {"first", "after", "last", "before"}
SAMPLES = {"Int": "1", "Float": "1.0", "Boolean": "true", "Date": '"2024-01-01"', "DateTime": '"2024-01-01T00:00:00Z"'}
CURSOR = '"TkVXRVNUfHh8eQ=="'
RULE = re.compile(r"case when \w+\.audience && \(select \$\d+::text\[\]\) then true end")
BY_ANY_TYPE = Node | Nodes | Followed
"""Sources that lead to the row of a type that only the request knows: the other fields lead to all of them."""


def sample(of: GraphQLInputType) -> Iterator[str]:
    """Values of a type, in GraphQL: each of an enum, each field of an input, one of all others."""
    if isinstance(of, GraphQLNonNull):
        yield from sample(of.of_type)
    elif isinstance(of, GraphQLList):
        yield from (f"[{one}]" for one in sample(of.of_type))
    elif isinstance(of, GraphQLEnumType):
        yield from of.values
    elif isinstance(of, GraphQLInputObjectType):
        yield from (f"{{ {name}: {one} }}" for name, field in of.fields.items() for one in sample(field.type))
    else:
        yield SAMPLES.get(get_named_type(of).name, '"x"')


def given(arguments: dict[str, GraphQLArgument]) -> Iterator[str]:
    """What a field may be given: what it must have, then each value of each other argument, then a window."""
    must = [f"{name}: {next(sample(of.type))}" for name, of in arguments.items() if is_required_argument(of)]
    windows = [["first: 2"], ["last: 2", f"before: {CURSOR}"]] if "first" in arguments else [[]]
    for window in windows:
        yield _in_brackets([*must, *window])
    for name, of in arguments.items():
        if name not in PAGING and not is_required_argument(of):
            yield from (_in_brackets([*must, *windows[0], f"{name}: {one}"]) for one in sample(of.type))


def _in_brackets(arguments: list[str]) -> str:
    return f"({', '.join(arguments)})" if arguments else ""


def shown(source: Source, of: GraphQLNamedType) -> str:
    """What is selected under a field."""
    if isinstance(source, Page):
        return " { nodes { __typename } edges { cursor } pageInfo { hasNextPage endCursor } totalCount }"
    return "" if is_leaf_type(of) else " { __typename }"


def way(type_name: str, selected: str) -> tuple[str, str]:
    """The nearest type whose rows are found by themselves, and what leads from there to the selection."""
    queue, seen = [(type_name, selected)], {type_name}
    for name, inner in queue:
        if stands_alone(name):
            return name, inner
        for parent, field in catalogue.sources:
            of = catalogue.object(parent).fields[field]
            if parent not in seen and (under := leading(get_named_type(of.type), name, inner)):
                seen.add(parent)
                queue.append((parent, f"{field}{next(given(of.args))} {{ {under} }}"))
    raise AssertionError(f"Nothing leads to {type_name}.")


def stands_alone(type_name: str) -> bool:
    """Whether it is a root or a payload, or rows of it can be read without a whole around them."""
    mark = catalogue.types.get(type_name)
    return mark is None or (mark.table is not None and mark.rule is not Rule.PART)


def leading(target: GraphQLNamedType, name: str, selected: str) -> str | None:
    """The selection as it stands under a field of the target; None where the field does not lead to the type."""
    if isinstance(target, GraphQLInterfaceType | GraphQLUnionType):
        possible = {of.name for of in schema.get_possible_types(target)}
        return f"... on {name} {{ {selected} }}" if name in possible else None
    if isinstance(target, GraphQLObjectType) and "pageInfo" in target.fields and "nodes" in target.fields:
        return f"nodes {{ {selected} }}" if get_named_type(target.fields["nodes"].type).name == name else None
    return selected if target.name == name else None


def planned(type_name: str, selected: str, *, reads_little: bool) -> Plan:
    """The plan of one field of a root, of a payload, or of whatever row of a type there is."""
    (operation,) = parse(f"{{ {selected} }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    (node,) = operation.selection_set.selections
    assert isinstance(node, FieldNode)
    planner = Planner(catalogue, Selection(schema, {}, operation, VariableValues({}, {})), reads_little)
    of = catalogue.object(type_name)
    if type_name in catalogue.types:
        inner, origin = planner.origin(of, None, {})
        whole = FieldNode(name=node.name, arguments=(), directives=(), selection_set=operation.selection_set)
        shape = planner.shape(of, [FieldDetails(whole, None)], inner)
        keyring = planner.context("keyring")
        return Plan(Row(shape, origin), keyring, tuple(planner.parameters), tuple(planner.checks), planner.walked)
    source: Source | None = catalogue.source(type_name, node.name.value)
    assert source
    match source:
        case Served():
            source, values = Embedded("{given}::text::jsonb"), {"given": Traced(("given",))}
        case Reference() | References():
            values = {"row": Traced(("row",))}
        case _:
            values = {}
    return planner.plan(source, of.fields[node.name.value], [FieldDetails(node, None)], values)


DECLARED = [place for place, source in catalogue.sources.items() if not isinstance(source, BY_ANY_TYPE)]
ASKED = [*((name, False) for name in sorted({name for name, _ in DECLARED})), ("Query", True)]


def plans(type_name: str, *, reads_little: bool) -> Iterator[Plan]:
    """Each field of a type with each argument, filter and order."""
    for field in (field for name, field in DECLARED if name == type_name):
        of = catalogue.object(type_name).fields[field]
        under = shown(catalogue.sources[type_name, field], get_named_type(of.type))
        for arguments in given(of.args):
            yield planned(*way(type_name, f"{field}{arguments}{under}"), reads_little=reads_little)


@pytest.mark.parametrize(("type_name", "reads_little"), ASKED)
async def test_every_field_can_be_asked(
    open_database: Database, ports: Ports, type_name: str, *, reads_little: bool
) -> None:
    """Each field, with each argument, is a statement that PostgreSQL understands, of what a request knows."""
    context = Context(viewer=ANYONE, languages=("en",), database=open_database, ports=ports, plans=PlanCache())
    async with open_database.pool.acquire() as connection:
        for plan in plans(type_name, reads_little=reads_little):
            for name in {parameter.context for parameter in plan.parameters if parameter.context}:
                context.value(name)
            await connection.prepare(Writer(typed=plan.walked).statement(plan))


@pytest.mark.parametrize(("type_name", "reads_little"), ASKED)
def test_the_rule_has_one_form(type_name: str, *, reads_little: bool) -> None:
    """An audience is only ever held against the keyring in the form that does not mislead PostgreSQL's estimates."""
    for plan in plans(type_name, reads_little=reads_little):
        statement = Writer(typed=plan.walked).statement(plan)
        assert "&&" not in RULE.sub("", statement), statement


def test_a_list_of_cases_holds_the_rule() -> None:
    """What the test above takes away is there: once for the case and once for its version."""
    plan = planned("Query", "cases(first: 2) { nodes { slug } }", reads_little=False)
    assert len(RULE.findall(Writer(typed=False).statement(plan))) == 2
