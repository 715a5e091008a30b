"""GraphQL values → the dataclasses that Strawberry declares for them, as its own conversion makes them.

Strawberry looks at each type anew for each value, which takes longer than the rest of a small mutation. Here it is
looked at once, at start-up.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)

DEFINITION = "strawberry-definition"
Reader = Callable[[Any], Any]


class Readers:
    """The readers of a schema's input types, made when they are first needed."""

    def __init__(self) -> None:
        self._objects: dict[str, Reader] = {}

    def reader(self, of: GraphQLInputType) -> Reader:
        """What makes a value of a type, as graphql-core coerced it, into what a resolver takes."""
        match of:
            case GraphQLNonNull():
                return self.reader(of.of_type)
            case GraphQLList():
                item = self.reader(of.of_type)
                return lambda value: None if value is None else [item(one) for one in value]
            case GraphQLInputObjectType():
                if of.name not in self._objects:
                    self._objects[of.name] = _as_it_is  # an input type may hold itself
                    self._objects[of.name] = self._object(of)
                return lambda value: None if value is None else self._objects[of.name](value)
            case GraphQLEnumType():
                term = of.extensions[DEFINITION].wrapped_cls
                return lambda value: None if value is None else term(value)
            case GraphQLScalarType():
                return _as_it_is
        raise TypeError(f"{of} is no input type.")

    def _object(self, of: GraphQLInputObjectType) -> Reader:
        make = of.extensions[DEFINITION].origin
        fields = {
            name: (field.extensions[DEFINITION].python_name, self.reader(field.type))
            for name, field in of.fields.items()
        }

        def read(value: Mapping[str, Any]) -> Any:
            given = {}
            for name, item in value.items():
                python_name, reader = fields[name]
                given[python_name] = reader(item)
            return make(**given)

        return read


def _as_it_is(value: Any) -> Any:
    return value
