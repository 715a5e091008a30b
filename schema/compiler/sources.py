"""What a declaration can say: the rule of a type, and the sources of its fields.

SQL in a source is written with the snake-case names of the tables in braces, such as `{case}.slug`; the planner puts
aliases in their place. Values never stand in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from piccolo.columns import BigSerial, Column, ForeignKey
from piccolo.table import Table

from schema.compiler.follow import Happening

SOURCE = "sql"
"""The key in a Strawberry field's metadata under which its source stands."""

TableClass = type[Table]


class Rule(Enum):
    """Who may read a row of a declared type."""

    AUDIENCE = "Those whose keyring intersects the row's audience."
    OPEN = "Everyone."
    PART = "Whoever may read the whole that it is reached through; it can be reached in no other way."
    JOINED = "Whoever may read every row that is joined to it."


@dataclass(frozen=True, slots=True)
class Declared:
    """A GraphQL object type over a table. `table` is None for a type that lives inside a JSON column."""

    table: TableClass | None
    rule: Rule
    joins: Mapping[TableClass, str] = field(default_factory=dict)
    wholes: tuple[ForeignKey[Any], ...] = ()

    @property
    def name(self) -> str:
        """The name that stands for a row in SQL templates."""
        return table_name(self.table) if self.table else "value"

    @property
    def id_type(self) -> str:
        """The PostgreSQL type of the rows' ids."""
        key = self.table._meta.primary_key if self.table else None  # noqa: SLF001 - Piccolo's reflection
        return "bigint" if isinstance(key, BigSerial) else "uuid"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `arguments` are those of the field that the SQL names; one that is not given is null in it."""

    sql: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The row's id, prefixed with its type: `case_0193…`."""


@dataclass(frozen=True, slots=True)
class Localised:
    """A stored text (see services.text), shown in one language. `many`: a JSON list of such texts."""

    sql: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object, or a list of objects, inside a JSON value."""

    sql: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Inline:
    """An object made from the same row: an address within a wider table. Null where `present` is false."""

    present: str | None = None


@dataclass(frozen=True, slots=True)
class Pointing:
    """The condition that a row's `key` points at the row at hand, and that `where` holds of it."""

    key: ForeignKey[Any]
    where: str = ""

    @property
    def sql(self) -> str:
        """The condition as a template."""
        points = f"{{target}}.{_name(self.key)} = {{{table_name(references(self.key))}}}.id"
        return f"{points} and {self.where}" if self.where else points


On = str | Pointing
"""Which rows of another type: a condition on `{target}`."""


@dataclass(frozen=True, slots=True)
class One:
    """The row of another type that `on` finds, or null. `{target}` is that row."""

    on: On


@dataclass(frozen=True, slots=True)
class Reference:
    """The row whose id a mutation put in its payload, under the field's name."""


@dataclass(frozen=True, slots=True)
class References:
    """The rows whose ids a mutation put in its payload, under the field's name, in that order."""

    on: str = "{target}.id = any({row}::uuid[])"
    order: str = "array_position({row}::uuid[], {target}.id)"


@dataclass(frozen=True, slots=True)
class Lookup:
    """The row of another type that the given arguments find, or null."""

    by: Mapping[str, "Filter"]
    on: Pointing | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The row of whichever type is found first: type name → `on`, as in One."""

    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EachOf:
    """For each element of a JSON list, which `{value}` names, the row that is found first; null where none is."""

    sql: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """The row of whatever type the argument `id` names."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of whatever types the argument `ids` names, in its order."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a service answers, as JSON, shown through a type that lives inside JSON; None is null.

    `serve` is an async function of the request's context and the field's arguments.
    """

    serve: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Followed:
    """The row of an event, whenever there is one that `happening` names of the thing whose global id is `by`.

    `types` are those that the thing may have.
    """

    happening: Happening
    by: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """All rows of another type that `on` finds: for parts, of which a whole has few."""

    on: On
    order: str


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort a connection: an expression that is never null, its PostgreSQL type, and the direction.

    `by_key` is a table that has a row for each key of each row's audience: the `key`, the columns that `sql` names and
    the `id`, indexed in that order. A page of somebody who may read few is found through it.
    """

    sql: str
    type: Literal["timestamptz", "date", "int", "text"]
    descending: bool = False
    by_key: TableClass | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on `{target}` in which `{value}` stands for the argument. `convert` prepares the argument."""

    sql: str
    convert: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A Relay connection over the rows that `on` finds."""

    on: On | None
    orders: Mapping[str, Order]
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """How many readable rows of a declared type `on` finds."""

    type_name: str
    on: On


@dataclass(frozen=True, slots=True)
class Resolved:
    """What SQL cannot say: an async function of the row's `needs` (name → SQL), the context and the arguments."""

    needs: Mapping[str, str]
    resolve: Callable[..., Any]


Source = (
    Scalar
    | GlobalId
    | Localised
    | Embedded
    | Inline
    | One
    | Reference
    | References
    | Lookup
    | OneOf
    | EachOf
    | Node
    | Nodes
    | Served
    | Followed
    | Many
    | Page
    | Count
    | Resolved
)


def table_name(table: TableClass) -> str:
    """The name by which SQL templates call the table: its class name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", table.__name__).lower()


def references(key: ForeignKey[Any]) -> TableClass:
    """The table that a key points at."""
    table: TableClass = key._foreign_key_meta.resolved_references  # noqa: SLF001 - Piccolo's reflection
    return table


def sql_of(column: Column) -> str:
    """The template of a column, such as `{case}."slug"`."""
    return f"{{{table_name(column._meta.table)}}}.{_name(column)}"  # noqa: SLF001 - Piccolo's reflection


def _name(column: Column) -> str:
    return f'"{column._meta.db_column_name}"'  # noqa: SLF001 - Piccolo's reflection
