"""Give every compiled field of a schema its resolver."""

from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from schema.compiler.catalogue import Catalogue, catalogue
from schema.compiler.declare import Page, Reference, Resolved, Source
from schema.compiler.run import resolve_compiled


def bind(schema: GraphQLSchema) -> Catalogue:
    """Check a schema's declarations and bind its resolvers, in place.

    A root field runs a statement. A field of a payload that a mutation returned as an id runs one too. All other
    compiled fields only pick from a row that is already there, when a statement's answer has to be walked.
    """
    made = catalogue(schema)
    for (type_name, field_name), source in made.sources.items():
        of = made.object(type_name)
        if isinstance(source, Resolved):
            of.fields[field_name].resolve = _resolved(source, field_name)
        elif type_name in made.types:
            of.fields[field_name].resolve = _picked
        elif of is schema.query_type:
            of.fields[field_name].resolve = _root(made, source)
        elif isinstance(source, Reference):
            of.fields[field_name].resolve = _referenced(made, source, field_name)
        if isinstance(source, Page):
            _bind_connection(made.object(type_name).fields[field_name].type)
    for of in schema.type_map.values():
        if isinstance(of, GraphQLInterfaceType | GraphQLUnionType):
            of.resolve_type = _type_of
        elif isinstance(of, GraphQLObjectType):
            of.is_type_of = None
    return made


def _bind_connection(of: GraphQLOutputType) -> None:
    connection = get_named_type(of)
    for name, field in connection.fields.items():  # type: ignore[union-attr] - a page's type is an object
        field.resolve = _picked
        if name in ("edges", "pageInfo"):
            _bind_connection(field.type)


def _picked(row: dict[str, Any], info: GraphQLResolveInfo, **_: Any) -> Any:
    return row[info.path.key]


def _type_of(row: dict[str, Any], *_: Any) -> str:
    return row["@type"]


def _root(made: Catalogue, source: Source) -> Any:
    async def resolve(_: Any, info: GraphQLResolveInfo, **__: Any) -> Any:
        return await resolve_compiled(info, made, source)

    return resolve


def _referenced(made: Catalogue, source: Reference, field_name: str) -> Any:
    async def resolve(payload: Any, info: GraphQLResolveInfo, **_: Any) -> Any:
        row = payload.references.get(field_name)
        return None if row is None else await resolve_compiled(info, made, source, {"row": row})

    return resolve


def _resolved(source: Resolved, field_name: str) -> Any:
    async def resolve(row: dict[str, Any], info: GraphQLResolveInfo, **arguments: Any) -> Any:
        needs = {need: row[f"@{field_name}:{need}"] for need in source.needs}
        return await source.resolve(info.context, **needs, **arguments)

    return resolve
