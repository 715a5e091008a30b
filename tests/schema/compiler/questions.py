"""Valid queries over the real schema, made by Hypothesis, that ask for things which are there.

The grammar is that of the SDL, with scalars of our own for what must fit the rows: ids, slugs, cursors and the sizes of
pages. What Hypothesis draws for them is then put right for its place: one of `first` and `last`, cursors that belong to
the order asked for, the slug of a case where a case is asked for.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from uuid import UUID

import graphql
from graphql import ArgumentNode, DocumentNode, FieldNode, TypeInfo, TypeInfoVisitor, Visitor, visit
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from schema import catalogue, schema, sdl
from schema.compiler.sources import Page

_ROWS_ASKED_FOR = 4
_OWN = {"Country", "Cursor", "GlobalId", "Size", "Slug"}
_BY_NAME = {
    "after": "Cursor",
    "before": "Cursor",
    "country": "Country",
    "first": "Size",
    "last": "Size",
    "organisation": "Slug",
    "slug": "Slug",
}
_FRESH = 9
"""How many examples Hypothesis draws afresh; of later ones it makes variants, which would be the same query again."""
_TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=1), max_size=12)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is there to be asked for: ids and slugs by type, and values that lists are sorted by, by PostgreSQL type."""

    ids: Mapping[str, tuple[str, ...]]
    slugs: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str]


def questions(rows: Rows) -> Iterator[str]:
    """Queries without end, all different and always the same ones; each is valid, and most find something."""
    seen: set[str] = set()
    strategy = _strategy(rows)
    for start in count():
        for query in _drawn(strategy, start):
            if query not in seen:
                seen.add(query)
                yield query


def _drawn(strategy: st.SearchStrategy[str], start: int) -> list[str]:
    drawn: list[str] = []

    @seed(start)
    @settings(max_examples=_FRESH, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(query: str) -> None:
        drawn.append(query)

    collect()
    return drawn


_DAYS = st.dates(date(1000, 1, 1), date(2999, 12, 31))
_INSTANTS = st.builds(datetime.combine, _DAYS, st.times())


def _strategy(rows: Rows) -> st.SearchStrategy[str]:
    """A root field is chosen first, so that each has its share however many fields lie under it."""
    ids, slugs = (st.sampled_from([name for one in kind.values() for name in one]) for kind in (rows.ids, rows.slugs))
    cursors = st.sampled_from([name for one in rows.ids.values() for name in one]).map(nodes.String)
    scalars = {
        "Country": st.sampled_from(["BE", "SE", "XX"]).map(nodes.String),
        "Cursor": st.one_of(st.just(nodes.Null), st.just(nodes.Null), cursors),
        "GlobalId": (ids | ids | _TEXTS).map(nodes.String),
        "Slug": (slugs | slugs | _TEXTS).map(nodes.String),
        "Size": st.integers(1, _ROWS_ASKED_FOR).map(nodes.Int),
        "Date": _DAYS.map(lambda day: nodes.String(day.isoformat())),
        "DateTime": st.builds(datetime.combine, _DAYS, st.times()).map(
            lambda instant: nodes.String(f"{instant.isoformat()}Z")
        ),
        "ByteCount": st.integers(0, 2**40).map(nodes.Int),
    }
    grammar = graphql.build_schema(_grammar())
    assert grammar.query_type
    return st.sampled_from(sorted(grammar.query_type.fields)).flatmap(
        lambda name: queries(
            grammar,
            fields=[name],
            custom_scalars=scalars,
            allow_x00=False,
            print_ast=lambda made: graphql.print_ast(_fit(made, rows)),
        )
    )


class _OwnScalars(Visitor):
    """Gives arguments whose values must fit the rows a scalar of their own."""

    def enter_input_value_definition(
        self, node: graphql.InputValueDefinitionNode, *_: object
    ) -> graphql.InputValueDefinitionNode:
        """Replace the innermost type of one argument."""
        made = visit(node, _Renamed(_BY_NAME.get(node.name.value)))
        assert isinstance(made, graphql.InputValueDefinitionNode)
        return made


class _Renamed(Visitor):
    """Replaces the named type of an argument by `own`; without one, only ID."""

    def __init__(self, own: str | None) -> None:
        super().__init__()
        self._own = own

    def enter_named_type(self, node: graphql.NamedTypeNode, *_: object) -> graphql.NamedTypeNode | None:
        """Replace one name."""
        own = self._own or ("GlobalId" if node.name.value == "ID" else None)
        return graphql.NamedTypeNode(name=graphql.NameNode(value=own)) if own else None


def _grammar() -> str:
    document = visit(graphql.parse(sdl()), _OwnScalars())
    return graphql.print_ast(document) + "".join(f"\nscalar {name}" for name in sorted(_OWN))


class _Fitting(Visitor):
    """Puts the arguments of connections right for their place."""

    def __init__(self, info: TypeInfo, rows: Rows) -> None:
        super().__init__()
        self._info = info
        self._rows = rows

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        """Put one field's arguments right."""
        parent = self._info.get_parent_type()
        given = {argument.name.value: argument for argument in node.arguments or ()}
        if parent is schema.query_type:
            self._fit_name(node.name.value, given)
        if "filter" in given and sum(map(ord, graphql.print_ast(given["filter"]))) % 3:
            del given["filter"]
        if parent is not None and {"first", "last"} & set(given):
            self._fit_window(parent, node.name.value, given)
        return graphql.FieldNode(
            alias=node.alias,
            name=node.name,
            directives=node.directives,
            arguments=tuple(given.values()),
            selection_set=node.selection_set,
        )

    def _fit_name(self, field: str, given: dict[str, ArgumentNode]) -> None:
        """Ask for a thing of the type that the root field gives, where Hypothesis drew one of any type."""
        target = field[0].upper() + field[1:]
        for argument, there in (("id", self._rows.ids), ("slug", self._rows.slugs)):
            value = given[argument].value if argument in given else None
            names = [name for of_one_type in there.values() for name in of_one_type]
            if target in there and isinstance(value, graphql.StringValueNode) and value.value in names:
                fitting = there[target]
                given[argument] = _argument(argument, nodes.String(fitting[names.index(value.value) % len(fitting)]))

    def _fit_window(self, parent: graphql.GraphQLNamedType, field: str, given: dict[str, ArgumentNode]) -> None:
        """One of `first` and `last`, and cursors of the order that is asked for."""
        first, last = given.get("first"), given.get("last")
        if first and last:
            backward = isinstance(last.value, graphql.IntValueNode) and int(last.value.value) % 2 == 0
            given.pop("first" if backward else "last")
        for name in ("first", "last"):
            if name in given and isinstance(given[name].value, graphql.NullValueNode):
                given[name] = _argument(name, nodes.Int(2))
        source = catalogue.source(parent.name, field)
        for name in ("after", "before"):
            value = given[name].value if name in given else None
            if isinstance(value, graphql.StringValueNode):
                given[name] = _argument(name, nodes.String(self._cursor(source, given.get("orderBy"), value.value)))

    def _cursor(self, source: object, order_by: ArgumentNode | None, global_id: str) -> str:
        if not isinstance(source, Page):
            return b64encode(b"search:1").decode()
        wanted = order_by.value if order_by else None
        name = wanted.value if isinstance(wanted, graphql.EnumValueNode) else next(iter(source.orders))
        key = self._rows.keys[source.orders[name].type]
        return b64encode(f"{name}|{UUID(global_id.rpartition('_')[2])}|{key}".encode()).decode()


def _argument(name: str, value: graphql.ValueNode) -> ArgumentNode:
    return ArgumentNode(name=graphql.NameNode(value=name), value=value)


def _fit(document: DocumentNode, rows: Rows) -> DocumentNode:
    info = TypeInfo(schema)
    fitted = visit(document, TypeInfoVisitor(info, _Fitting(info, rows)))
    assert isinstance(fitted, DocumentNode)
    return fitted
