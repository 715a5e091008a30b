"""What a statement will select, as a small tree. All names are aliases and all values are parameters by now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """One SQL expression."""

    sql: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object: the keys of the answer, in order, with what each holds."""

    type_name: str
    fields: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: a FROM clause and the conditions on it."""

    tables: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The one row of an origin as an object, or null."""

    shape: Shape
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an origin as a list of objects."""

    shape: "Shape | FirstOf"
    origin: Origin
    order: str


@dataclass(frozen=True, slots=True)
class Here:
    """An object made from the row at hand; null unless `present` holds."""

    shape: Shape
    present: str | None


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of the nodes that is not null: an object whose type only the row knows."""

    choices: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    """`nodes` of a connection."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class EdgeList:
    """`edges` of a connection; a field of an edge is its cursor (None), its `__typename`, or its node."""

    fields: tuple[tuple[str, Shape | Value | None], ...]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """`pageInfo` of a connection: the keys of the answer → which of Relay's four fields, or a constant."""

    fields: tuple[tuple[str, str | Value], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """`totalCount` of a connection: counted only when it is asked for, and no further than `limit`."""

    origin: Origin
    limit: int


Connected = Nodes | EdgeList | PageInfo | Total | Value


@dataclass(frozen=True, slots=True)
class PageOf:
    """A connection: rows in an order, cut to a page.

    `limit` is the page's length, `cursor` the expression of a row's cursor. `bounded`: a cursor was given on the side
    that the page is read from. A backward page is read in the reversed order and turned round again.
    """

    fields: tuple[tuple[str, Connected], ...]
    origin: Origin
    order: str
    limit: str
    cursor: str
    backward: bool
    bounded: bool


Node = Value | Row | Rows | Here | FirstOf | PageOf


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where the value of `$n` comes from: the request's context, or a traced value put through `convert`."""

    context: str | None = None
    value: Any = None
    convert: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A value that must lie between two numbers, or the request is refused with `message`."""

    value: Any
    low: int
    high: int
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement to be written: its root, its parameters in order, and the checks that come first.

    `keyring`: the placeholder of the viewer's keys.
    `walked`: some fields need ordinary resolvers, so the JSON is parsed and walked instead of passed through.
    """

    root: Node
    keyring: str
    parameters: tuple[Parameter, ...]
    checks: tuple[Check, ...]
    walked: bool


Scope = Mapping[str, str]
"""Names of tables in SQL templates → aliases."""
