"""Plan → SQL.

Objects are `row_to_json` of a plain subquery: compact JSON, made by the database, with the keys in the order in which
they were asked for. Lists are `json_agg` over an ordered subquery.
"""

from schema.compiler.plan import (
    Connected,
    EdgeList,
    FirstOf,
    Here,
    Node,
    Nodes,
    Origin,
    PageInfo,
    PageOf,
    Plan,
    Row,
    Rows,
    Shape,
    Total,
    Value,
)

_LONGEST_NAME = 63
"""PostgreSQL cuts longer column names; an object with such a key is built by `json_object` instead."""


_ENDS = ("hasNextPage", "hasPreviousPage")


class Writer:
    """Writes one plan. With `typed`, objects say their type under `@type`, for the resolvers that walk them."""

    def __init__(self, *, typed: bool) -> None:
        self._typed = typed

    def statement(self, plan: Plan) -> str:
        """One SELECT of one row with one column of JSON.

        It tells PostgreSQL's row-level security who asks before anything is read, and for this statement alone: what
        it sets ends with its transaction. Between the two walls no key can get lost: keys contain no comma.
        """
        told = f"set_config('app.keyring', array_to_string({plan.keyring}::text[], ','), true) is not null"
        return f"select case when {told} then {self.node(plan.root)}::text end as answer"

    def node(self, node: Node) -> str:
        """The expression of a node."""
        match node:
            case Value(sql):
                return sql
            case Row(shape, origin):
                return self.object(shape, f" from {_from(origin)}")
            case Rows(item, origin, order):
                made = self.object(item) if isinstance(item, Shape) else self.node(item)
                return self._list(made, origin, order)
            case Here(shape, present):
                made = self.object(shape)
                return f"case when {present} then {made} end" if present else made
            case FirstOf(choices):
                return f"coalesce({', '.join(self.node(choice) for choice in choices)})" if choices else "null::json"
            case PageOf():
                return self._page(node)

    def object(self, shape: Shape, rows: str = "") -> str:
        """The expression of an object over the row at hand, or over the one row of a FROM clause."""
        fields = [(key, self.node(node)) for key, node in shape.fields]
        if self._typed:
            fields.append(("@type", f"'{shape.type_name}'"))
        return _object(fields, rows)

    def _list(self, item: str, origin: Origin, order: str) -> str:
        rows = f"select {item} as item from {_from(origin)} order by {order}"
        return f"(select coalesce(json_agg(r.item), '[]'::json) from ({rows}) r)"

    def _page(self, page: PageOf) -> str:
        """Only what is asked for is read: rows are numbered, and one more than the page is read, only when needed."""
        columns = [
            f"{sql} as c{place}"
            for place, (_, connected) in enumerate(page.fields)
            if (sql := self._column(connected, page))
        ]
        infos = [connected for _, connected in page.fields if isinstance(connected, PageInfo)]
        ends = any(name in _ENDS for info in infos for _, name in info.fields)
        if infos or page.backward:
            columns.append(f"row_number() over (order by {page.order}) as n")
        rows = (
            f"select {', '.join(columns) or '1'} from {_from(page.origin)}"
            f" order by {page.order} limit {page.limit}{' + 1' if ends else ''}"
        )
        within = f" filter (where r.n <= {page.limit})" if ends else ""
        fields = [
            (key, self._connected(connected, f"r.c{place}", page, within))
            for place, (key, connected) in enumerate(page.fields)
        ]
        if self._typed:
            fields.append(("@type", "'Connection'"))
        # HAVING makes one answer of the rows even where nothing that is asked for aggregates them, as with totalCount.
        return _object(fields, f" from ({rows}) r having true")

    def _column(self, connected: Connected, page: PageOf) -> str | None:
        match connected:
            case Nodes(shape):
                return self.object(shape)
            case EdgeList():
                return self._edge(connected, page.cursor)
            case PageInfo():
                return page.cursor
            case _:
                return None

    def _connected(self, connected: Connected, column: str, page: PageOf, within: str) -> str:
        match connected:
            case Nodes() | EdgeList():
                return f"coalesce(json_agg({column}{_in_order(page)}){within}, '[]'::json)"
            case PageInfo(wanted):
                # An aggregate must stand in the query that it aggregates, so this object is not a subquery.
                pairs = (f"'{key}', {self._info(name, column, page, within)}" for key, name in wanted)
                return f"json_build_object({', '.join(pairs)})"
            case Total(origin, limit):
                return f"(select count(*) from (select 1 from {_from(origin)} limit {limit}) counted)"
            case Value(sql):
                return sql

    def _info(self, name: str | Value, column: str, page: PageOf, within: str) -> str:
        if isinstance(name, Value):
            return name.sql
        further = f"(count(*) > {page.limit})"
        behind = "true" if page.bounded else "false"
        match name:
            case "hasNextPage":
                return behind if page.backward else further
            case "hasPreviousPage":
                return further if page.backward else behind
            case "startCursor":
                place = "desc" if page.backward else "asc"
            case _:
                place = "asc" if page.backward else "desc"
        return f"(array_agg({column} order by r.n {place}){within})[1]"

    def _edge(self, edge: EdgeList, cursor: str) -> str:
        fields = []
        for key, field in edge.fields:
            match field:
                case Shape():
                    fields.append((key, self.object(field)))
                case Value(sql):
                    fields.append((key, sql))
                case None:
                    fields.append((key, cursor))
        if self._typed:
            fields.append(("@type", "'Edge'"))
        return _object(fields)


def _in_order(page: PageOf) -> str:
    """The order of a list of rows; said wherever rows are numbered, since other aggregates may sort them otherwise."""
    if page.backward:
        return " order by r.n desc"
    return " order by r.n" if any(isinstance(connected, PageInfo) for _, connected in page.fields) else ""


def _from(origin: Origin) -> str:
    return f"{origin.tables} where {' and '.join(origin.where)}" if origin.where else origin.tables


def _object(fields: list[tuple[str, str]], rows: str = "") -> str:
    """A JSON object of expressions; with `rows`, over those. One subquery, where two would cost a tenth more."""
    if any(len(key.encode()) > _LONGEST_NAME for key, _ in fields):
        pairs = ", ".join(f"'{key}': {sql}" for key, sql in fields)
        return f"(select json_object({pairs} returning json){rows})"
    columns = ", ".join(f'{sql} as "{key}"' for key, sql in fields)
    return f"(select row_to_json(o) from (select {columns}{rows}) o)"
