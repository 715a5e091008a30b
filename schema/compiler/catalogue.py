"""What the schema declares, gathered and checked once at start-up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from piccolo.table import Table

from schema.compiler import ids
from schema.compiler.sources import SOURCE, Declared, Many, One, OneOf, Page, Rule, Source, references


class UndeclaredType(Exception):
    """The schema shows a type in a compiled place without saying who may read it."""


@dataclass(frozen=True)
class Catalogue:
    """Every compiled field of a schema, and the declaration of every type behind them."""

    schema: GraphQLSchema
    sources: Mapping[tuple[str, str], Source]
    types: Mapping[str, Declared]

    def source(self, type_name: str, field_name: str) -> Source | None:
        """Where a field comes from; None for a field with an ordinary resolver."""
        return self.sources.get((type_name, field_name))

    def declared(self, type_name: str) -> Declared:
        """The declaration of an object type."""
        return self.types[type_name]

    def whole(self, table: type[Table]) -> GraphQLObjectType:
        """The type that says who may read the rows of a table."""
        return self.object(self.wholes[table])

    @cached_property
    def wholes(self) -> dict[type[Table] | None, str]:
        """Tables with an audience of their own → the type that declares them."""
        return {mark.table: name for name, mark in self.types.items() if mark.rule is Rule.AUDIENCE}

    def object(self, type_name: str) -> GraphQLObjectType:
        """The object type of a name."""
        found = self.schema.type_map[type_name]
        if not isinstance(found, GraphQLObjectType):
            message = f"{type_name} is not an object type."
            raise TypeError(message)
        return found

    def named(self, global_id: str) -> tuple[str, UUID] | None:
        """The type and the row that a global id names; None for anything that is not one."""
        found = ids.split(global_id)
        type_name = self._nodes.get(found[0]) if found else None
        return (type_name, found[1]) if found and type_name else None

    @cached_property
    def _nodes(self) -> dict[str, str]:
        node = self.schema.type_map["Node"]
        possible = self.schema.get_possible_types(node) if isinstance(node, GraphQLInterfaceType) else []
        return {ids.prefix(of.name): of.name for of in possible}


def catalogue(schema: GraphQLSchema) -> Catalogue:
    """Gather the declarations of a schema made by Strawberry.

    Raises UndeclaredType where a compiled field leads to a type that has no declaration.
    """
    sources: dict[tuple[str, str], Source] = {}
    types: dict[str, Declared] = {}
    for of in schema.type_map.values():
        if not isinstance(of, GraphQLObjectType):
            continue
        definition = of.extensions.get("strawberry-definition")
        mark = getattr(getattr(definition, "origin", None), "__serra_declared__", None)
        if mark is not None:
            types[of.name] = mark
        for name, field in of.fields.items():
            metadata = getattr(field.extensions.get("strawberry-definition"), "metadata", {})
            if SOURCE in metadata:
                sources[of.name, name] = metadata[SOURCE]
    made = Catalogue(schema, sources, types)
    problems = [*_undeclared(made), *_unruled(made), *_found_otherwise(made)]
    if problems:
        raise UndeclaredType("\n".join(problems))
    return made


def _undeclared(made: Catalogue) -> Iterator[str]:
    roots = {made.schema.query_type, made.schema.mutation_type, made.schema.subscription_type}
    for (type_name, field_name), source in made.sources.items():
        target = get_named_type(made.object(type_name).fields[field_name].type)
        if is_leaf_type(target):
            continue
        if isinstance(source, Page) and isinstance(target, GraphQLObjectType):
            target = get_named_type(target.fields["nodes"].type)
        reached = (
            made.schema.get_possible_types(target)
            if isinstance(target, GraphQLInterfaceType | GraphQLUnionType)
            else [target]
        )
        for of in reached:
            if of.name not in made.types:
                yield f"{type_name}.{field_name} shows {of.name}, which is not declared: say its table and its rule."
            elif (
                made.types[of.name].table and made.types[of.name].rule is Rule.PART and made.object(type_name) in roots
            ):
                yield f"{type_name}.{field_name} shows {of.name} at the root, but it is only part of a whole."
        of_a_row = isinstance(source, OneOf | One | Many | Page) and made.object(type_name) not in roots
        if of_a_row and type_name not in made.types:
            yield f"{type_name}.{field_name} is read from a row of {type_name}, which is not declared."


def _found_otherwise(made: Catalogue) -> Iterator[str]:
    for (type_name, field_name), source in made.sources.items():
        if isinstance(source, Page) and any(order.by_key for order in source.orders.values()):
            connection = get_named_type(made.object(type_name).fields[field_name].type)
            of = get_named_type(made.object(connection.name).fields["nodes"].type)
            if of.name in made.types and made.types[of.name].rule is not Rule.AUDIENCE:
                yield f"{type_name}.{field_name} is found by keys, but {of.name} is not read by its audience."


def _unruled(made: Catalogue) -> Iterator[str]:
    for type_name, mark in made.types.items():
        if mark.rule is Rule.JOINED and not mark.joins:
            yield f"{type_name} is read by what is joined to it, but nothing is."
        for table in (*mark.joins, *([mark.table] if mark.rule is Rule.AUDIENCE else [])):
            if table is None or not any(c._meta.name == "audience" for c in table._meta.columns):  # noqa: SLF001
                yield f"{type_name} is read by an audience, but {table} has no such column."
        for whole in map(references, mark.wholes):
            if whole not in made.wholes:
                yield f"{type_name} is read with its {whole.__name__}, which no type declares by its audience."
