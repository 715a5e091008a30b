"""How the fields of a GraphQL type come from SQL.

A declared type names its table, the tables always joined to it, and the rule that says who may read a row. Its fields
are Strawberry fields that carry a source (`schema.compiler.sources`); here are the functions that make them.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import strawberry
from piccolo.columns import Column, ForeignKey
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from schema.compiler import ids
from schema.compiler.follow import Happening
from schema.compiler.sources import (
    SOURCE,
    Count,
    Declared,
    Embedded,
    Filter,
    Followed,
    GlobalId,
    Inline,
    Localised,
    Lookup,
    Many,
    One,
    Order,
    Page,
    Pointing,
    Reference,
    References,
    Rule,
    Scalar,
    Source,
    TableClass,
    sql_of,
)
from schema.terms import LanguageCode


def declare(
    table: TableClass | None,
    rule: Rule,
    *,
    joins: Mapping[TableClass, str] | None = None,
    wholes: tuple[ForeignKey[Any], ...] = (),
) -> Callable[[type], type]:
    """Mark a Strawberry type as read from `table` under `rule`.

    `joins` are tables of which one row is always read with it; each of them is read by its own audience.
    `wholes` are keys of which each row has exactly one: what it points at must be readable too, now and not only when
    the row was written.
    """

    def mark(cls: type) -> type:
        cls.__serra_declared__ = Declared(table, rule, joins or {}, wholes)  # type: ignore[attr-defined]
        return cls

    return mark


def declared(
    source: Source, description: str, *, arguments: tuple[StrawberryArgument, ...] = (), **options: Any
) -> Any:
    """A Strawberry field that carries its source; the attribute's annotation is its GraphQL type."""
    made: StrawberryField = strawberry.field(description=description, metadata={SOURCE: source}, **options)
    if arguments:
        made.arguments = list(arguments)
    return made


def argument(name: str, annotation: object, description: str) -> StrawberryArgument:
    """An argument; it may be left out where its annotation allows None."""
    return StrawberryArgument(name, None, StrawberryAnnotation(annotation), description=description)


LANG = argument("lang", LanguageCode | None, "The language wanted; without it the request's Accept-Language decides.")


def column(column: Column, description: str, **options: Any) -> Any:
    """The column's value."""
    return declared(Scalar(sql_of(column)), description, **options)


def expression(sql: str, description: str, *, arguments: tuple[StrawberryArgument, ...] = (), **options: Any) -> Any:
    """The value of an SQL expression over the row and the field's arguments, which it calls by their names."""
    names = tuple(one.python_name for one in arguments)
    return declared(Scalar(sql, names), description, arguments=arguments, **options)


def global_id(description: str) -> Any:
    """The row's opaque global id."""
    return declared(GlobalId(), description)


def text(column: Column, description: str) -> Any:
    """A localised text."""
    return declared(Localised(sql_of(column)), description, arguments=(LANG,))


def texts(column: Column, description: str) -> Any:
    """A list of localised texts in one column."""
    return declared(Localised(sql_of(column), many=True), description, arguments=(LANG,))


def embedded(column: Column, description: str) -> Any:
    """The objects in a JSON column that holds a list."""
    return declared(Embedded(sql_of(column), many=True), description)


def inline(description: str, *, present: Column | None = None) -> Any:
    """An object over the same row; null where the column `present` is null."""
    return declared(Inline(f"{sql_of(present)} is not null" if present else None), description)


def one(key: ForeignKey[Any], description: str, **options: Any) -> Any:
    """The row that a foreign key points at."""
    return declared(One(f"{{target}}.id = {sql_of(key)}"), description, **options)


def reference(description: str) -> Any:
    """What a mutation changed, read anew for whoever asked."""
    return declared(Reference(), description, default=None)


def reference_list(description: str) -> Any:
    """The things that a mutation changed, read anew for whoever asked."""
    return declared(References(), description, default=None)


def whole_of(key: ForeignKey[Any], description: str) -> Any:
    """The one row whose unique foreign key points at this row."""
    return declared(One(Pointing(key)), description)


def rows(on: str, description: str, *, order: str) -> Any:
    """The rows that a condition on `{target}` finds: for few, such as the concepts of a version."""
    return declared(Many(on, order), description)


def many(key: ForeignKey[Any], description: str, *, where: str = "", order: str = '{target}."position"') -> Any:
    """The parts whose foreign key points at this row, or at the joined row that the key refers to."""
    return declared(Many(Pointing(key, where), order), description)


def count(type_name: str, key: ForeignKey[Any], description: str, *, where: str = "") -> Any:
    """How many rows of a type point here, of those that the viewer may read."""
    return declared(Count(type_name, Pointing(key, where)), description)


def page(
    description: str,
    *,
    orders: Mapping[str, Order],
    on: str | ForeignKey[Any] | None = None,
    order_by: type[Enum] | None = None,
    filters: Mapping[str, Filter] | None = None,
    filter_type: type | None = None,
    by: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """A Relay connection; the first of `orders` is the default. `on` may be the foreign key that points here.

    `by` are arguments beside `filter` that narrow the list: `filters` has a condition of the same name for each.
    """
    arguments = [*by, *PAGING]
    if order_by:
        arguments.insert(0, argument("order_by", order_by | None, "How to sort; without it the newest come first."))
    if filter_type:
        arguments.insert(0, argument("filter", filter_type | None, "Conditions, of which all must hold."))
    condition = Pointing(on) if isinstance(on, ForeignKey) else on
    return declared(Page(condition, orders, filters or {}), description, arguments=tuple(arguments))


PAGING = (
    argument("first", int | None, "How many from the start, 1–100. Give `first` or `last`."),
    argument("after", str | None, "Only what follows this cursor."),
    argument("last", int | None, "How many from the end, 1–100."),
    argument("before", str | None, "Only what precedes this cursor."),
)


def by_slug(description: str) -> Any:
    """A root field: the row of a slug, or null."""
    found = Lookup({"slug": Filter("{target}.slug = {value}::text")})
    return declared(found, description, arguments=(argument("slug", str, "Its permanent name in addresses."),))


def by_id(type_name: str, description: str) -> Any:
    """A root field: the row of a global id of one type, or null."""
    found = Lookup({"id": Filter("{target}.id = {value}::uuid", lambda given: ids.read(given, type_name))})
    return declared(found, description, arguments=(argument("id", strawberry.ID, "Its global id."),))


def followed(happening: Happening, by: str, types: tuple[str, ...], description: str, of: str) -> Any:
    """A root field of Subscription: the row of each event of the thing whose global id is `by`, which `of` explains."""
    return declared(Followed(happening, by, types), description, arguments=(argument(by, strawberry.ID, of),))
