"""Give every compiled field of a schema its resolver."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from schema.compiler.catalogue import Catalogue, catalogue
from schema.compiler.follow import Gone, Topic, Unreadable
from schema.compiler.given import DEFINITION, Readers
from schema.compiler.paging import LONGEST_PAGE
from schema.compiler.run import InContext, Info, resolve_compiled
from schema.compiler.sources import (
    EachOf,
    Embedded,
    Followed,
    Node,
    Nodes,
    OneOf,
    Page,
    Reference,
    References,
    Resolved,
    Served,
    Source,
)


def bind(schema: GraphQLSchema) -> Catalogue:  # noqa: C901 - a case a kind of field
    """Check a schema's declarations and bind its resolvers, in place.

    A root field runs a statement. A mutation runs its function. A field of a payload that a mutation returned as an id
    runs a statement too, and so does a subscription for each event. All other
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
        elif isinstance(source, Followed):
            of.fields[field_name].subscribe = _subscribed(made, source)
            of.fields[field_name].resolve = _of_event(made)
        elif isinstance(source, Reference | References):
            of.fields[field_name].resolve = _referenced(made, source, field_name)
        if isinstance(source, Page):
            _bind_connection(made.object(type_name).fields[field_name].type)
    readers = Readers()
    for field in schema.mutation_type.fields.values() if schema.mutation_type else ():
        field.resolve = _changed(field, readers)
    for named in schema.type_map.values():
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            named.resolve_type = _type_of
        elif isinstance(named, GraphQLObjectType):
            named.is_type_of = None
    return made


def _bind_connection(of: GraphQLOutputType) -> None:
    connection = get_named_type(of)
    if not isinstance(connection, GraphQLObjectType):
        raise TypeError(f"A page has an object type, not {connection}.")
    for name, field in connection.fields.items():
        field.resolve = _picked
        if name in ("edges", "pageInfo"):
            _bind_connection(field.type)


def _picked(row: dict[str, Any], info: Info, **_: Any) -> Any:
    return row[str(info.path.key)]


def _type_of(row: dict[str, Any], *_: Any) -> str:
    return str(row["@type"])


def _root(made: Catalogue, source: Source) -> Any:
    match source:
        case Node():
            return _node(made)
        case Nodes():
            return _nodes(made)
        case Served(serve):
            return _served(made, serve)
        case _:
            return _compiled(made, source)


def _compiled(made: Catalogue, source: Source) -> Any:
    async def resolve(_: Any, info: Info, **__: Any) -> Any:
        return await resolve_compiled(info, made, source)

    return resolve


def _node(made: Catalogue) -> Any:
    async def resolve(_: Any, info: Info, **arguments: Any) -> Any:
        named = made.named(arguments["id"])
        if named is None:
            return None
        found = OneOf({named[0]: "{target}.id = {row}::uuid"})
        return await resolve_compiled(info, made, found, {"row": named[1]})

    return resolve


def _nodes(made: Catalogue) -> Any:
    async def resolve(_: Any, info: Info, **arguments: Any) -> Any:
        wanted = arguments["ids"]
        if len(wanted) > LONGEST_PAGE:
            raise GraphQLError(f"Ask for at most {LONGEST_PAGE} ids.", extensions={"code": "PAGE_SIZE"})
        named = [made.named(global_id) for global_id in wanted]
        choices = {
            name: f"{{target}}.id = ({{value}} ->> 'id')::uuid and {{value}} ->> 'type' = '{name}'"
            for name in sorted({found[0] for found in named if found})
        }
        given = json.dumps([{"type": found[0], "id": str(found[1])} if found else None for found in named])
        return await resolve_compiled(info, made, EachOf("{given}::text::jsonb", choices), {"given": given})

    return resolve


def _served(made: Catalogue, serve: Callable[..., Awaitable[Any]]) -> Any:
    async def resolve(_: Any, info: Info, **arguments: Any) -> Any:
        served = await serve(info.context, **arguments)
        if served is None:
            return None
        given = json.dumps(served, ensure_ascii=False)
        return await resolve_compiled(info, made, Embedded("{given}::text::jsonb"), {"given": given})

    return resolve


def _referenced(made: Catalogue, source: Reference | References, field_name: str) -> Any:
    async def resolve(payload: Any, info: Info, **_: Any) -> Any:
        row = payload.references.get(field_name)
        return None if row is None else await resolve_compiled(info, made, source, {"row": row})

    return resolve


def _changed(field: GraphQLField, readers: Readers) -> Any:
    """A mutation: its function with the dataclasses that it takes. One that is done already is not done again."""
    change = field.extensions[DEFINITION].base_resolver.wrapped_func
    arguments = {
        name: (argument.extensions[DEFINITION].python_name, readers.reader(argument.type))
        for name, argument in field.args.items()
    }

    async def resolve(_: Any, info: InContext, **given: Any) -> Any:
        if info.context.done is not None:
            return info.context.done.outcome()
        read = {python_name: reader(given[name]) for name, (python_name, reader) in arguments.items() if name in given}
        return await change(None, info=info, **read)

    return resolve


def _subscribed(made: Catalogue, source: Followed) -> Any:
    async def subscribe(_: Any, info: Info, **arguments: Any) -> Any:
        global_id: str = arguments[source.by]
        named = made.named(global_id)
        if named is None or named[0] not in source.types:
            raise Gone
        if info.context.changes is None:
            raise GraphQLError("Subscribe over WebSocket, or with «Accept: text/event-stream».")
        return await info.context.changes.follow(Topic(source.happening, named[1]), global_id)

    return subscribe


def _of_event(made: Catalogue) -> Any:
    async def resolve(row: UUID, info: Info, **_: Any) -> Any:
        found = await resolve_compiled(info, made, Reference(), {"row": row})
        if found is None:
            raise Unreadable
        return found

    return resolve


def _resolved(source: Resolved, field_name: str) -> Any:
    async def resolve(row: dict[str, Any], info: Info, **arguments: Any) -> Any:
        needs = {need: row[f"@{field_name}:{need}"] for need in source.needs}
        return await source.resolve(info.context, **needs, **arguments)

    return resolve
