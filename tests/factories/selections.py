"""Documents that ask for all there is to be shown of a thing."""

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from schema import schema

_GIVEN = {"first": "first: 2", "number": "number: 2"}
"""For required arguments: a page's length, and the number of a version."""
_LEFT_OUT = {"downloadUrl", "edges"}
"""What is new each time, and what says once more what `nodes` say."""


def everything(type_name: str, depth: int = 3) -> str:
    """A selection of every field of a type, and of every field of what those lead to, `depth` times over."""
    of = schema.type_map[type_name]
    assert isinstance(of, GraphQLObjectType)
    return f"{{ __typename {' '.join(_fields(of, depth))} }}"


def _fields(of: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> Iterator[str]:
    for name, field in of.fields.items():
        if name in _LEFT_OUT:
            continue
        target = get_named_type(field.type)
        head = name + _arguments(field)
        if is_leaf_type(target):
            yield head
        elif isinstance(target, GraphQLUnionType):
            yield f"{head} {{ __typename ... on Node {{ id }} }}"
        elif depth and isinstance(target, GraphQLObjectType | GraphQLInterfaceType):
            # What a connection holds is no further away than the connection.
            inner = depth if of.name.endswith("Connection") else depth - 1
            yield f"{head} {{ __typename {' '.join(_fields(target, inner))} }}"


def _arguments(field: GraphQLField) -> str:
    required = [_GIVEN[name] for name, argument in field.args.items() if str(argument.type).endswith("!")]
    paging = [_GIVEN["first"]] if "first" in field.args else []
    given = ", ".join([*required, *paging])
    return f"({given})" if given else ""
