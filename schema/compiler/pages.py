"""The plan of a connection."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLField, GraphQLObjectType, get_named_type

from schema.compiler import cursors, paging
from schema.compiler.plan import (
    Check,
    Connected,
    EdgeList,
    Nodes,
    Origin,
    PageInfo,
    PageOf,
    Scope,
    Shape,
    Total,
    Value,
)
from schema.compiler.selection import Selected, as_object
from schema.compiler.sources import Order, Page, TableClass

if TYPE_CHECKING:
    from schema.compiler.planner import Planner

COUNTED_AT_MOST = 10_000

_Place = tuple[str, str]
"""Where a row stands in its list: the expressions of its sort key and of its id."""


def plan_page(planner: "Planner", source: Page, of: GraphQLField, details: Selected, scope: Scope) -> PageOf:
    """The plan of a connection: its rows, their order, and what is shown of them."""
    connection = as_object(get_named_type(of.type))
    node_type = as_object(get_named_type(connection.fields["nodes"].type))
    given = planner.selection.arguments(of, details)
    window = paging.window(given)
    planner.checks.append(Check(window.size, 1, paging.LONGEST_PAGE, window.message))
    name, order = paging.ordering(source.orders, given.get("orderBy"))
    limit = planner.value(window.size) + "::int"

    inner, origin = planner.origin(node_type, source.on, scope)
    for filter_name, filter_value in {**given, **given.get("filter", {})}.items():
        if filter_name in source.filters and filter_value is not None:
            filter_ = source.filters[filter_name]
            condition = planner.sql(filter_.sql, inner, value=planner.value(filter_value, filter_.convert))
            origin = Origin(origin.tables, (*origin.where, condition))
    id_type = planner.catalogue.declared(node_type.name).id_type
    sorting = _Sorting(planner, window, name, order, id_type)
    by_key = order.by_key if planner.reads_little else None
    row = sorting.row(inner)

    fields: list[tuple[str, Connected]] = []
    for answer_key, selected in planner.selection.fields(connection, details).items():
        match selected[0].node.name.value:
            case "nodes":
                fields.append((answer_key, Nodes(planner.shape(node_type, selected, inner))))
            case "edges":
                fields.append((answer_key, _edges(planner, connection, node_type, selected, inner)))
            case "pageInfo":
                fields.append((answer_key, _page_info(planner, connection, selected)))
            case "totalCount":
                fields.append((answer_key, Total(origin, COUNTED_AT_MOST)))
            case _:
                fields.append((answer_key, Value(f"'{connection.name}'")))
    return PageOf(
        fields=tuple(fields),
        origin=_found_by_keys(sorting, by_key, origin, inner, limit) if by_key else sorting.bounded(origin, row),
        order=sorting.by(row),
        limit=limit,
        cursor=cursors.sql(name, *row),
        backward=window.backward,
        bounded=window.bounded,
    )


@dataclass(frozen=True, slots=True)
class _Sorting:
    """An order and a window, over whatever rows have the columns that the order names."""

    planner: "Planner"
    window: paging.Window
    name: str
    order: Order
    id_type: str

    def row(self, scope: Scope) -> _Place:
        """Where the row at hand stands."""
        return self.planner.sql(self.order.sql, scope), f"{scope['target']}.id"

    def by(self, row: _Place) -> str:
        """What rows are sorted by to be read from the side where the window begins."""
        direction = "desc" if self.order.descending is not self.window.backward else "asc"
        return ", ".join(f"{sql} {direction}" for sql in row)

    def bounded(self, origin: Origin, row: _Place) -> Origin:
        """Those of the rows that lie between the window's cursors."""
        where = list(origin.where)
        for cursor, after in ((self.window.after, True), (self.window.before, False)):
            if cursor is not None:
                key = self.planner.value(cursor, cursors.key_of(self.name, self.order.type, self.id_type))
                row_id = self.planner.value(cursor, cursors.row_of(self.name, self.id_type))
                comes = ">" if after is not self.order.descending else "<"
                bound = f"{key}::text::{self.order.type}, {row_id}::text::{self.id_type}"
                where.append(f"({', '.join(row)}) {comes} ({bound})")
        return Origin(origin.tables, tuple(where))


def _found_by_keys(sorting: _Sorting, by_key: TableClass, origin: Origin, scope: Scope, limit: str) -> Origin:
    """The rows of a page, found by each key that the viewer holds and merged, instead of along the whole list.

    A key gives one row more than a page has, which is how a page knows that others follow. All conditions stand with
    the key: what was cut to a page's length first and looked at afterwards could come out short.
    """
    planner, target = sorting.planner, scope["target"]
    listed, held, found, merged = map(planner.alias, "akfm")
    row = sorting.row({name: listed if alias == target else alias for name, alias in scope.items()})
    bounded = sorting.bounded(origin, row)
    where = " and ".join((f"{listed}.key = {held}.key", f"{target}.id = {listed}.id", *bounded.where))
    of_key = (
        f'select {row[0]} as place, {row[1]} as id from "{by_key._meta.tablename}" {listed} cross join {origin.tables}'  # noqa: SLF001 - Piccolo's reflection
        f" where {where} order by {sorting.by(row)} limit {limit} + 1"
    )
    rows = (
        f"select distinct {found}.place, {found}.id from unnest({planner.context('keyring')}::text[]) {held}(key)"
        f" cross join lateral ({of_key}) {found}"
        f" order by {sorting.by((f'{found}.place', f'{found}.id'))} limit {limit} + 1"
    )
    return Origin(f"({rows}) {merged} cross join {origin.tables}", (f"{target}.id = {merged}.id",))


def _edges(
    planner: "Planner", connection: GraphQLObjectType, node_type: GraphQLObjectType, details: Selected, scope: Scope
) -> EdgeList:
    edge = as_object(get_named_type(connection.fields["edges"].type))
    fields: list[tuple[str, Shape | Value | None]] = []
    for key, selected in planner.selection.fields(edge, details).items():
        match selected[0].node.name.value:
            case "node":
                fields.append((key, planner.shape(node_type, selected, scope)))
            case "cursor":
                fields.append((key, None))
            case _:
                fields.append((key, Value(f"'{edge.name}'")))
    return EdgeList(tuple(fields))


def _page_info(planner: "Planner", connection: GraphQLObjectType, details: Selected) -> PageInfo:
    of = as_object(get_named_type(connection.fields["pageInfo"].type))
    fields: list[tuple[str, str | Value]] = []
    for key, selected in planner.selection.fields(of, details).items():
        name = selected[0].node.name.value
        fields.append((key, Value(f"'{of.name}'") if name == "__typename" else name))
    return PageInfo(tuple(fields))
