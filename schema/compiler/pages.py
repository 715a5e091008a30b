"""The plan of a connection."""

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
from schema.compiler.sources import Page

if TYPE_CHECKING:
    from schema.compiler.planner import Planner

COUNTED_AT_MOST = 10_000


def plan_page(planner: "Planner", source: Page, of: GraphQLField, details: Selected, scope: Scope) -> PageOf:
    """The plan of a connection: its rows, their order, and what is shown of them."""
    connection = as_object(get_named_type(of.type))
    node_type = as_object(get_named_type(connection.fields["nodes"].type))
    given = planner.selection.arguments(of, details)
    window = paging.window(given)
    planner.checks.append(Check(window.size, 1, paging.LONGEST_PAGE, window.message))
    name, order = paging.ordering(source.orders, given.get("orderBy"))

    inner, origin = planner.origin(node_type, source.on, scope)
    for filter_name, filter_value in {**given, **given.get("filter", {})}.items():
        if filter_name in source.filters and filter_value is not None:
            filter_ = source.filters[filter_name]
            condition = planner.sql(filter_.sql, inner, value=planner.value(filter_value, filter_.convert))
            origin = Origin(origin.tables, (*origin.where, condition))
    everything = origin
    key, row_id = planner.sql(order.sql, inner), f"{inner['target']}.id"
    for cursor, after in ((window.after, True), (window.before, False)):
        if cursor is not None:
            at = planner.value(cursor, cursors.key_of(name, order.type)), planner.value(cursor, cursors.row_of(name))
            comes = ">" if after is not order.descending else "<"
            condition = f"({key}, {row_id}) {comes} ({at[0]}::text::{order.type}, {at[1]}::uuid)"
            origin = Origin(origin.tables, (*origin.where, condition))
    direction = "desc" if order.descending is not window.backward else "asc"

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
                fields.append((answer_key, Total(everything, COUNTED_AT_MOST)))
            case _:
                fields.append((answer_key, Value(f"'{connection.name}'")))
    return PageOf(
        fields=tuple(fields),
        origin=origin,
        order=f"{key} {direction}, {row_id} {direction}",
        limit=planner.value(window.size) + "::int",
        cursor=cursors.sql(name, key, row_id),
        backward=window.backward,
        bounded=window.bounded,
    )


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
