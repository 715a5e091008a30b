"""The shape that clients rely on: each name is explained, and mutations look alike."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLField, GraphQLSchema, build_schema, get_named_type

from schema import schema


def unexplained(of: GraphQLSchema) -> Iterator[str]:
    """The types, fields, arguments and enum values that say nothing of themselves."""
    for name, kind in of.type_map.items():
        if name.startswith("__"):
            continue
        named = {name: kind}
        for part, one in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.items():
            named[f"{name}.{part}"] = one
            named |= {f"{name}.{part}({given})": arg for given, arg in getattr(one, "args", {}).items()}
        yield from (place for place, one in named.items() if not one.description)


def unlike(name: str, field: GraphQLField) -> Iterator[str]:
    """In what a mutation differs from the others."""
    payload = get_named_type(field.type)
    if payload.name != f"{name[0].upper()}{name[1:]}Payload":
        yield f"{name} answers with {payload.name}"
    if str(getattr(payload, "fields", {})["userErrors"].type) != "[UserError!]!":
        yield f"{name} does not say why it was refused"
    if str(field.type) != f"{payload.name}!":
        yield f"{name} may answer with nothing"
    if set(field.args) != {"input"}:
        yield f"{name} takes {sorted(field.args)}"


def test_everything_is_explained() -> None:
    """Whoever meets a name in GraphiQL reads what it means."""
    assert list(unexplained(schema)) == []


def test_mutations_look_alike() -> None:
    """Each takes one `input`, and answers with a payload of its own that has `userErrors`."""
    assert schema.mutation_type is not None
    fields = schema.mutation_type.fields

    assert [one for name, field in fields.items() for one in unlike(name, field)] == []


@pytest.mark.parametrize(
    ("sdl", "found"),
    [
        ('"""Q.""" type Query { """F.""" f("""A.""" a: ID): ID }', set()),
        ('"""Q.""" type Query { f(a: ID): E } enum E { """V.""" V W }', {"Query.f", "Query.f(a)", "E", "E.W"}),
    ],
)
def test_what_counts_as_unexplained(sdl: str, found: set[str]) -> None:
    """Types, fields, arguments and values of enums are looked at; those of GraphQL itself are not ours."""
    assert set(unexplained(build_schema(sdl))) == found
