"""The short way: an operation of one compiled root field needs no executor.

A query's answer is the statement's own JSON in an envelope; a mutation's is that of the things it changed. Whatever is
not as simple as that, a refusal too, takes the long way through graphql-core, which gives the same answer.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from schema.compiler.catalogue import Catalogue
from schema.compiler.run import GIVEN, Context, Done, Statement, prepare
from schema.compiler.selection import Selected, Selection, as_object
from schema.compiler.sources import Node, Nodes, Reference, References, Served, Source
from schema.compiler.trace import Traced, fill, shape, trace

_NO_VARIABLES = VariableValues({}, {})


class ShortWay(Protocol):
    """How an operation is answered without an executor."""

    async def answer(self, inputs: Mapping[str, Any], context: Context) -> bytes | None:
        """`data`, as JSON; None where the long way has to be taken."""


@dataclass(frozen=True, slots=True)
class Root:
    """The one root field of an operation. `key` is its key in the answer.

    `texts` are the names of the variables, where each is a text or an id that must be given.
    """

    catalogue: Catalogue
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    node: FieldNode
    of: GraphQLField
    key: str
    texts: AbstractSet[str] | None

    def coerced(self, inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The variables' values; None where they are wrong. Texts are themselves, and are most of what is sent."""
        if inputs.keys() == self.texts and all(type(value) is str for value in inputs.values()):
            return inputs
        found = self.variables(inputs)
        return found.coerced if found else None

    def variables(self, inputs: Mapping[str, Any]) -> VariableValues | None:
        """As `coerced`, with what graphql-core knows of them beside."""
        definitions = self.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        found = get_variable_values(self.catalogue.schema, definitions, dict(inputs))
        return found if isinstance(found, VariableValues) else None

    def selection(self, inputs: Mapping[str, Any]) -> Selection:
        """The part of the operation that is compiled, for variables that are right."""
        variables = self.variables(inputs) or _NO_VARIABLES
        traced = variables._replace(coerced=trace(variables.coerced))
        return Selection(self.catalogue.schema, self.fragments, self.operation, traced)

    @property
    def details(self) -> Selected:
        """The field's nodes."""
        return [FieldDetails(self.node, None)]


@dataclass(frozen=True, slots=True)
class ShortQuery:
    """A query of one compiled root field."""

    root: Root
    source: Source

    async def answer(self, inputs: Mapping[str, Any], context: Context) -> bytes | None:
        """See ShortWay."""
        variables = self.root.coerced(inputs)
        if variables is None or context.walk_all:
            return None
        try:
            key = (id(self), context.reads_little, shape(variables))
            statement = context.plans.get(key, lambda: self._prepare(inputs, context))
            if statement.walked:
                return None
            values = statement.values(context, variables)
            found = await context.database.fetch_json(statement.sql, values)
        except Exception:  # noqa: BLE001 - the long way meets it again, and tells of it as it tells of all errors
            return None
        if found is None and isinstance(self.root.of.type, GraphQLNonNull):
            return None
        return f'{{"{self.root.key}":{found or "null"}}}'.encode()

    def _prepare(self, inputs: Mapping[str, Any], context: Context) -> Statement:
        root, selection = self.root, self.root.selection(inputs)
        return prepare(root.catalogue, selection, self.source, root.of, root.details, context=context)


@dataclass(frozen=True, slots=True)
class _Told:
    """A mutation's arguments, traced, and its payload by key in the answer: known JSON, or a row and its statement."""

    arguments: Mapping[str, Any]
    known: Mapping[str, str]
    rows: Mapping[str, tuple[str, Statement]]


@dataclass(frozen=True, slots=True)
class _Info:
    context: Context


@dataclass(frozen=True, slots=True)
class ShortChange:
    """A mutation of one field whose payload tells of nothing but what it changed."""

    root: Root

    async def answer(self, inputs: Mapping[str, Any], context: Context) -> bytes | None:
        """See ShortWay. What is done is left in the context where only the long way can tell of it."""
        variables = self.root.coerced(inputs)
        if variables is None or context.walk_all:
            return None
        try:
            key = (id(self), context.reads_little, shape(variables))
            told = context.plans.get(key, lambda: self._prepare(inputs, context))
        except GraphQLError:
            return None
        if told is None:
            return None
        try:
            arguments = fill(told.arguments, variables)
            payload = await self.root.of.resolve(None, _Info(context), **arguments)  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - the long way tells of it as it tells of all errors
            context.done = Done(error=error)
            return None
        context.done = Done(payload)
        try:
            return None if payload.user_errors else await self._told(payload, told, variables, context)
        except Exception:  # noqa: BLE001 - as above; what is done is not done again
            return None

    async def _told(self, payload: Any, told: _Told, variables: Mapping[str, Any], context: Context) -> bytes | None:
        fields = [f'"{key}":{known}' for key, known in told.known.items()]
        for key, (name, statement) in told.rows.items():
            row = payload.references.get(name)
            found = None
            if row is not None:
                values = statement.values(context, {**variables, GIVEN: {"row": row}})
                found = await context.database.fetch_json(statement.sql, values)
            fields.append(f'"{key}":{found or "null"}')
        return f'{{"{self.root.key}":{{{",".join(fields)}}}}}'.encode()

    def _prepare(self, inputs: Mapping[str, Any], context: Context) -> _Told | None:
        catalogue, selection = self.root.catalogue, self.root.selection(inputs)
        of = as_object(get_named_type(self.root.of.type))
        known, rows = {}, {}
        for key, details in selection.fields(of, self.root.details).items():
            name = details[0].node.name.value
            source = catalogue.source(of.name, name)
            if name == "__typename":
                known[key] = f'"{of.name}"'
            elif name == "userErrors":
                known[key] = "[]"
            elif isinstance(source, Reference | References) and not isinstance(of.fields[name].type, GraphQLNonNull):
                given = {"row": Traced((GIVEN, "row"))}
                field = of.fields[name]
                statement = prepare(catalogue, selection, source, field, details, context=context, given=given)
                if statement.walked:
                    return None
                rows[key] = (name, statement)
            else:
                return None
        return _Told(get_argument_values(self.root.of, self.root.node, selection.variables), known, rows)


def short_way(document: DocumentNode, operation: OperationDefinitionNode, catalogue: Catalogue) -> ShortWay | None:
    """The short way of an operation, if it has one: a single root field, and nothing that could leave it out."""
    node, *others = operation.selection_set.selections
    if operation.directives or others or not isinstance(node, FieldNode) or node.directives:
        return None
    root_type = catalogue.schema.get_root_type(operation.operation)
    of = root_type.fields.get(node.name.value) if root_type else None
    if root_type is None or of is None:
        return None
    definitions = (one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    fragments = {one.name.value: FragmentDetails(one) for one in definitions}
    root = Root(catalogue, operation, fragments, node, of, (node.alias or node.name).value, _texts(operation))
    if operation.operation is OperationType.MUTATION:
        return ShortChange(root)
    source = catalogue.source(root_type.name, node.name.value)
    if operation.operation is not OperationType.QUERY or source is None or isinstance(source, Node | Nodes | Served):
        return None
    return ShortQuery(root, source)


def _texts(operation: OperationDefinitionNode) -> frozenset[str] | None:
    names = set()
    for definition in operation.variable_definitions or ():
        of = definition.type
        if definition.directives or not isinstance(of, NonNullTypeNode) or not isinstance(of.type, NamedTypeNode):
            return None
        if of.type.name.value not in ("String", "ID"):
            return None
        names.add(definition.variable.name.value)
    return frozenset(names)
