"""The part of an operation that is being compiled."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

Selected = list[FieldDetails]
"""The nodes of one field, merged."""


@dataclass(slots=True)
class Selection:
    """The part of an operation that is being compiled, with its variables traced."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    operation: OperationDefinitionNode
    variables: VariableValues

    def fields(self, of: GraphQLObjectType, details: Selected) -> dict[str, Selected]:
        """The fields selected on a type, merged, by the key each has in the answer."""
        return collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, of, details
        ).grouped_field_set

    def arguments(self, of: GraphQLField, details: Selected) -> dict[str, Any]:
        """The arguments that were given and are not null."""
        given = get_argument_values(of, details[0].node, self.variables)
        return {name: value for name, value in given.items() if value is not None}


def as_object(of: GraphQLNamedType) -> GraphQLObjectType:
    """The type, which must be an object type."""
    if not isinstance(of, GraphQLObjectType):
        raise TypeError(f"{of} is not an object type.")
    return of
