"""The GraphQL schema: types are declared per noun, put together here, and bound to the read compiler."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.compiler.bind import bind
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS

_strawberry = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
schema = _strawberry._schema  # noqa: SLF001 - the graphql-core schema, which the server executes itself
catalogue = bind(schema)


def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return _strawberry.as_str() + "\n"
