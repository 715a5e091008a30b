"""The GraphQL schema: types are declared per noun, put together here, and bound to the read compiler."""

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type, print_schema
from strawberry.schema.config import StrawberryConfig

from schema.compiler.bind import bind
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription


def _built() -> GraphQLSchema:
    """The schema as graphql-core knows it; the server executes it itself."""
    made = strawberry.Schema(
        query=Query, mutation=Mutation, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS)
    )
    return made._schema  # noqa: SLF001 - Strawberry has no public way to it


def _describe_inputs(of: GraphQLSchema) -> None:
    """Let the one argument of each mutation say what its type says."""
    for field in of.mutation_type.fields.values() if of.mutation_type else ():
        for argument in field.args.values():
            kind = get_named_type(argument.type)
            if argument.description is None and isinstance(kind, GraphQLInputObjectType):
                argument.description = kind.description


schema = _built()
_describe_inputs(schema)
catalogue = bind(schema)


def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return print_schema(schema) + "\n"
