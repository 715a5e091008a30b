"""The short way: a query of one compiled root field needs no executor.

Its answer is the statement's own JSON in an envelope. Whatever is not as simple as that, an error too, takes the long
way through graphql-core, which gives the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values

from schema.compiler.catalogue import Catalogue
from schema.compiler.run import Context, Statement, prepare
from schema.compiler.selection import Selection
from schema.compiler.sources import Node, Nodes, Served, Source
from schema.compiler.trace import shape, trace

_NO_VARIABLES = VariableValues({}, {})


@dataclass(frozen=True, slots=True)
class ShortWay:
    """A query of one compiled root field. `key` is the field's in the answer."""

    catalogue: Catalogue
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    node: FieldNode
    of: GraphQLField
    source: Source
    key: str

    async def answer(self, inputs: Mapping[str, Any], context: Context) -> bytes | None:
        """`data`, as JSON; None where the long way has to be taken."""
        variables = self._variables(inputs)
        if variables is None or context.walk_all:
            return None
        try:
            statement = context.plans.get((id(self), shape(variables.coerced)), lambda: self._prepare(variables))
            if statement.walked:
                return None
            values = statement.values(context, variables.coerced)
        except GraphQLError:
            return None
        found = await context.database.fetch_json(statement.sql, values)
        if found is None and isinstance(self.of.type, GraphQLNonNull):
            return None
        return f'{{"{self.key}":{found or "null"}}}'.encode()

    def _variables(self, inputs: Mapping[str, Any]) -> VariableValues | None:
        definitions = self.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        found = get_variable_values(self.catalogue.schema, definitions, dict(inputs))
        return found if isinstance(found, VariableValues) else None

    def _prepare(self, variables: VariableValues) -> Statement:
        traced = variables._replace(coerced=trace(variables.coerced))
        selection = Selection(self.catalogue.schema, self.fragments, self.operation, traced)
        return prepare(self.catalogue, selection, self.source, self.of, [FieldDetails(self.node, None)])


def short_way(document: DocumentNode, operation: OperationDefinitionNode, catalogue: Catalogue) -> ShortWay | None:
    """The short way of a query, if it has one: a single root field, compiled, and nothing that could leave it out."""
    node, *others = operation.selection_set.selections
    if operation.operation is not OperationType.QUERY or operation.directives or others:
        return None
    query = catalogue.schema.query_type
    if not isinstance(query, GraphQLObjectType) or not isinstance(node, FieldNode) or node.directives:
        return None
    source = catalogue.source(query.name, node.name.value)
    if source is None or isinstance(source, Node | Nodes | Served):
        return None
    definitions = (one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    fragments = {one.name.value: FragmentDetails(one) for one in definitions}
    key = (node.alias or node.name).value
    return ShortWay(catalogue, operation, fragments, node, query.fields[node.name.value], source, key)
