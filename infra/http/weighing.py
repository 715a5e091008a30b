"""What an operation asks of the database, before it runs.

An operation is weighed once, when its document is first read. What is left for each request is a sum of products:
how many rows the pages hold at most, which only the variables that page can change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    value_from_ast_untyped,
)

from infra.http.merging import fields_of, fragments_of
from schema.compiler.catalogue import Catalogue
from schema.compiler.paging import LONGEST_PAGE
from schema.compiler.sources import (
    Count,
    EachOf,
    Embedded,
    Localised,
    Lookup,
    Many,
    Node,
    Nodes,
    One,
    OneOf,
    Page,
    Reference,
    References,
    Resolved,
    Served,
    Source,
)

USUAL_PAGE = 20
"""The length of a page that names none."""
USUAL_PARTS = 5
"""The assumed length of a list that is not paged: the parts of a whole."""
COUNTING = 100
"""What `totalCount` costs: it may count 10,000 rows."""
SEARCHING = 100
"""What a search costs beside its answers."""
CHANGING = 10
"""What a mutation costs beside what is read of it."""
INTROSPECTING = 1_000
"""What `__schema` or `__type` costs: the whole schema is some 300 ms of work."""

Size = tuple[tuple[str, Any], ...]
"""The arguments of which the largest is the length of a page: a variable and its default, or "" and a value."""
Times = tuple[int, tuple[Size, ...]]
"""How often something is done: a number times the lengths of pages that variables decide."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of products of page lengths."""

    known: int
    unknown: tuple[Times, ...] = ()

    def at(self, variables: Mapping[str, Any]) -> int:
        """The sum for the variables of a request."""
        total = self.known
        for number, sizes in self.unknown:
            for size in sizes:
                number *= _length(size, variables)  # noqa: PLW2901 - the product grows where it stands
            total += number
        return total


@dataclass(frozen=True, slots=True)
class Weight:
    """How many nodes the pages of an operation hold at most, and what it costs."""

    nodes: Sum
    cost: Sum


def weigh(catalogue: Catalogue, document: DocumentNode, operation: OperationDefinitionNode) -> Weight:
    """The weight of a valid operation that keeps to the limits of its extent."""
    return _Weighing(catalogue, document, operation).weight()


class _Weighing:
    """Walks one operation with the schema beside it."""

    def __init__(self, catalogue: Catalogue, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._catalogue, self._schema = catalogue, catalogue.schema
        self._fragments = fragments_of(document)
        self._operation = operation
        root = self._schema.get_root_type(operation.operation)
        self._root = root.name if root else ""
        self._defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value) if one.default_value else None
            for one in operation.variable_definitions or ()
        }
        self._nodes: defaultdict[tuple[Size, ...], int] = defaultdict(int)
        self._cost: defaultdict[tuple[Size, ...], int] = defaultdict(int)

    def weight(self) -> Weight:
        """Walk the operation."""
        self._cost[()] = 1
        self._level(self._root, [self._operation.selection_set], (1, ()))
        return Weight(_sum(self._nodes), _sum(self._cost))

    def _level(self, type_name: str, sets: Iterable[SelectionSetNode], times: Times) -> None:
        found: defaultdict[tuple[str, str], list[FieldNode]] = defaultdict(list)
        for of, key, node in fields_of(self._fragments, type_name, sets):
            found[of, key].append(node)
        for (of, _), nodes in found.items():
            self._field(of, nodes, times)

    def _field(self, type_name: str, nodes: list[FieldNode], times: Times) -> None:
        name = nodes[0].name.value
        if name in {"__schema", "__type"}:
            self._add(self._cost, times, INTROSPECTING)
            return
        field = getattr(self._schema.type_map[type_name], "fields", {}).get(name)
        if field is None:  # __typename
            return
        target = get_named_type(field.type).name
        sets = [one.selection_set for one in nodes if one.selection_set]
        source = self._source(type_name, name)
        if source is None and self._operation.operation is OperationType.MUTATION and type_name == self._root:
            self._add(self._cost, times, CHANGING)
        if isinstance(source, Page) and any(
            one.name.value == "totalCount" for _, _, one in fields_of(self._fragments, target, sets)
        ):
            self._add(self._cost, times, COUNTING)
        self._level(target, sets, self._own(source, nodes[0], times))

    def _own(self, source: Source | None, node: FieldNode, times: Times) -> Times:
        """Add what one field costs by itself; how often what is selected of it is done."""
        match source:
            case Page() | Nodes() | Served():
                inner = self._paged(times, node, ("ids",) if isinstance(source, Nodes) else ("first", "last"))
                self._add(self._nodes, inner, 1)
                self._add(self._cost, inner, 1)
                self._add(self._cost, times, SEARCHING if isinstance(source, Served) else 1)
                return inner
            case Many() | References() | EachOf():
                self._add(self._cost, times, 1 + USUAL_PARTS)
                return times[0] * USUAL_PARTS, times[1]
            case Embedded(many=True) | Localised(many=True):
                return times[0] * USUAL_PARTS, times[1]
            case Count():
                self._add(self._cost, times, USUAL_PARTS)
            case One() | Lookup() | OneOf() | Reference() | Node() | Resolved():
                self._add(self._cost, times, 1)
            case _:  # within the row at hand
                pass
        return times

    def _source(self, type_name: str, name: str) -> Source | None:
        """Where the field comes from; of an interface's, where the first type that has it takes it from."""
        of = self._schema.type_map[type_name]
        possible = self._schema.get_possible_types(of) if isinstance(of, GraphQLInterfaceType) else [of]
        sources = (self._catalogue.source(one.name, name) for one in possible)
        return next((one for one in sources if one is not None), None)

    def _paged(self, times: Times, node: FieldNode, names: tuple[str, ...]) -> Times:
        size = tuple(self._given(one.value) for one in node.arguments or () if one.name.value in names)
        if any(name for name, _ in size):
            return times[0], (*times[1], size)
        return times[0] * _length(size, {}), times[1]

    def _given(self, value: ValueNode) -> tuple[str, Any]:
        if isinstance(value, VariableNode):
            return value.name.value, self._defaults.get(value.name.value)
        if isinstance(value, ListValueNode):
            return "", list(value.values)
        return "", value_from_ast_untyped(value)

    @staticmethod
    def _add(to: defaultdict[tuple[Size, ...], int], times: Times, weight: int) -> None:
        to[times[1]] += times[0] * weight


def _sum(found: Mapping[tuple[Size, ...], int]) -> Sum:
    return Sum(found.get((), 0), tuple((number, sizes) for sizes, number in found.items() if sizes))


def _length(size: Size, variables: Mapping[str, Any]) -> int:
    """The longest of the given lengths, within what a page can have; execution refuses those beyond."""
    longest = -1
    for name, default in size:
        value = variables.get(name, default)
        if isinstance(value, int | float):
            longest = max(longest, int(min(max(value, 0), LONGEST_PAGE)))
        elif isinstance(value, list):
            longest = max(longest, min(len(value), LONGEST_PAGE))
        elif value is not None:
            longest = max(longest, 1)  # one value stands for a list of it
    return USUAL_PAGE if longest < 0 else longest
