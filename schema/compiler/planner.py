"""Selection → plan.

The planner walks the selection of one root field as graphql-core would collect it, gives every table an alias, puts
every value behind a parameter, and adds the rule of its type to every table it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)
from piccolo.columns import ForeignKey

from schema.compiler import ids
from schema.compiler.catalogue import Catalogue
from schema.compiler.pages import plan_page
from schema.compiler.plan import (
    Check,
    FirstOf,
    Here,
    Node,
    Origin,
    Parameter,
    Plan,
    Row,
    Rows,
    Scope,
    Shape,
    Value,
)
from schema.compiler.selection import Selected, Selection, as_object
from schema.compiler.sources import (
    Count,
    Declared,
    EachOf,
    Embedded,
    Filter,
    GlobalId,
    Inline,
    Localised,
    Lookup,
    Many,
    On,
    One,
    OneOf,
    Page,
    Pointing,
    Reference,
    References,
    Resolved,
    Rule,
    Scalar,
    Source,
    references,
    table_name,
)
from schema.languages import WANTED_AT_MOST


@dataclass(slots=True)
class Planner:
    """Plans one root field. Made anew for each plan; holds its aliases and parameters.

    `reads_little`: whoever asks may read few of all rows. It decides how rows are found, and never which.
    """

    catalogue: Catalogue
    selection: Selection
    reads_little: bool = False
    parameters: list[Parameter] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    walked: bool = False
    _aliases: "count[int]" = field(default_factory=lambda: count(1))
    _checked: set[str] = field(default_factory=set)

    def plan(self, source: Source, of: GraphQLField, details: Selected, values: Mapping[str, Any]) -> Plan:
        """The plan of a root field; `values` are parameters that its source names beside its arguments."""
        scope = {name: self.value(value) for name, value in values.items()}
        root = self.node(source, of, details, scope)
        return Plan(root, self.context("keyring"), tuple(self.parameters), tuple(self.checks), self.walked)

    def alias(self, letter: str) -> str:
        """A name that no other rows of the statement have."""
        return f"{letter}{next(self._aliases)}"

    # -- values ----------------------------------------------------------------------------------------------------

    def value(self, value: Any, convert: Any = None) -> str:
        """The placeholder of a value."""
        return self._place(Parameter(value=value, convert=convert))

    def context(self, name: str) -> str:
        """The placeholder of something that the request knows, such as the keyring."""
        return self._place(Parameter(context=name))

    def _place(self, parameter: Parameter) -> str:
        for place, known in enumerate(self.parameters, 1):
            if known == parameter and type(known.value) is type(parameter.value):  # 1 and true are equal to Python
                return f"${place}"
        self.parameters.append(parameter)
        return f"${len(self.parameters)}"

    def sql(self, template: str, scope: Scope, **names: str) -> str:
        """The template with aliases and placeholders in it."""
        return template.format_map(_Names(self, {**scope, **names}))

    # -- objects ---------------------------------------------------------------------------------------------------

    def shape(self, of: GraphQLObjectType, details: Selected, scope: Scope) -> Shape:
        """What is selected of an object whose row is at hand in `scope`."""
        fields: list[tuple[str, Node]] = []
        for key, selected in self.selection.fields(of, details).items():
            name = selected[0].node.name.value
            if name == "__typename":
                fields.append((key, Value(f"'{of.name}'")))
                continue
            source = self.catalogue.source(of.name, name)
            if isinstance(source, GlobalId):
                fields.append(
                    (
                        key,
                        Value(f"'{ids.prefix(of.name)}' || replace({scope['target']}.id::text, '-', '')"),
                    )
                )
                continue
            if isinstance(source, Resolved):
                self.walked = True
                fields.extend((f"@{name}:{need}", Value(self.sql(sql, scope))) for need, sql in source.needs.items())
                continue
            if source is None:
                raise TypeError(f"{of.name}.{name} is shown in a compiled place, but does not say where it comes from.")
            fields.append((key, self.node(source, of.fields[name], selected, scope)))
        return Shape(of.name, tuple(dict(fields).items()))

    def node(self, source: Source, of: GraphQLField, details: Selected, scope: Scope) -> Node:  # noqa: C901, PLR0911, PLR0912 - a case a source
        """What one field holds."""
        target = get_named_type(of.type)
        match source:
            case Scalar(sql, names):
                given = self.selection.arguments(of, details) if names else {}
                chosen = {name: self.value(given[name]) if name in given else "null" for name in names}
                return Value(self.sql(sql, scope, **chosen))
            case Localised():
                return self._localised(source, of, details, scope)
            case Embedded():
                return self._embedded(source, as_object(target), details, scope)
            case Inline(present):
                return Here(self.shape(as_object(target), details, scope), present and self.sql(present, scope))
            case Reference():
                return self._row("{target}.id = {row}::uuid", as_object(target), details, scope)
            case One(on):
                return self._row(on, as_object(target), details, scope)
            case Lookup(by, on):
                return self._lookup(by, on, of, details, scope)
            case OneOf(choices):
                return self._one_of(choices, target, details, scope)
            case EachOf(sql, choices):
                alias = self.alias("j")
                tables = f"jsonb_array_elements({self.sql(sql, scope)}) with ordinality {alias}(value, place)"
                found = self._one_of(choices, target, details, {**scope, "value": f"{alias}.value"})
                return Rows(found, Origin(tables, ()), f"{alias}.place")
            case Many(on, order) | References(on, order):
                inner, origin = self.origin(as_object(target), on, scope)
                return Rows(self.shape(as_object(target), details, inner), origin, self.sql(order, inner))
            case Page():
                return plan_page(self, source, of, details, scope)
            case Count(type_name, on):
                _, origin = self.origin(self.catalogue.object(type_name), on, scope)
                return Value(f"(select count(*) from {origin.tables} where {_all(origin.where)})")
            case _:
                message = f"{source} cannot stand here."
                raise TypeError(message)

    def origin(self, of: GraphQLObjectType, on: On | None, scope: Scope) -> tuple[dict[str, str], Origin]:
        """The rows of a declared type that `on` finds and the viewer may read, and the scope inside them."""
        declared = self.catalogue.declared(of.name)
        inner = dict(scope)
        alias = inner[declared.name] = inner["target"] = self.alias("t")
        found = on.sql if isinstance(on, Pointing) else on
        where = [self.sql(found, {**scope, "target": alias})] if found else []
        if declared.table is None:
            message = f"{of.name} has no table to be selected from."
            raise TypeError(message)
        tables = f'"{declared.table._meta.tablename}" {alias}'  # noqa: SLF001 - Piccolo's reflection
        if declared.rule is Rule.AUDIENCE:
            where.append(self._readable(alias))
            self._checked.add(alias)
        for table, condition in declared.joins.items():
            joined = inner[table_name(table)] = self.alias("t")
            tables += f' join "{table._meta.tablename}" {joined} on {self.sql(condition, inner)}'  # noqa: SLF001
            where.append(self._readable(joined))
        if declared.wholes and not any(self._reached(key, on, scope) for key in declared.wholes):
            where.append(self._whole_is_readable(declared, alias, scope))
        return inner, Origin(tables, tuple(where))

    def _reached(self, key: ForeignKey[Any], on: On | None, scope: Scope) -> bool:
        """Whether a row is found from the row that its key points at, which the viewer is known to read."""
        points = isinstance(on, Pointing) and on.key is key
        return points and scope.get(table_name(references(key))) in self._checked

    def _whole_is_readable(self, declared: Declared, alias: str, scope: Scope) -> str:
        choices = []
        for key in declared.wholes:
            column = f'{alias}."{key._meta.db_column_name}"'  # noqa: SLF001 - Piccolo's reflection
            _, whole = self.origin(self.catalogue.whole(references(key)), f"{{target}}.id = {column}", scope)
            found = f"select from {whole.tables} where {_all(whole.where)}"
            choices.append(f"when {column} is not null then exists ({found})")
        return f"case {' '.join(choices)} end"

    def _readable(self, alias: str) -> str:
        # In this form PostgreSQL neither multiplies two guessed selectivities nor makes the plan depend on the keys.
        return f"case when {alias}.audience && (select {self.context('keyring')}::text[]) then true end"

    def _row(self, on: On, of: GraphQLObjectType, details: Selected, scope: Scope) -> Row:
        inner, origin = self.origin(of, on, scope)
        return Row(self.shape(of, details, inner), origin)

    def _lookup(
        self, by: Mapping[str, Filter], on: Pointing | None, of: GraphQLField, details: Selected, scope: Scope
    ) -> Row:
        given = self.selection.arguments(of, details)
        conditions = " and ".join(
            self.sql(filter_.sql, {**scope, "target": "{target}"}, value=self.value(given[name], filter_.convert))
            for name, filter_ in by.items()
            if name in given
        )
        found = replace(on, where=conditions) if on else conditions
        return self._row(found, as_object(get_named_type(of.type)), details, scope)

    def _one_of(self, choices: Mapping[str, str], target: GraphQLNamedType, details: Selected, scope: Scope) -> FirstOf:
        possible = {of.name for of in self._possible(target)}
        return FirstOf(
            tuple(
                self._row(on, self.catalogue.object(name), details, scope)
                for name, on in choices.items()
                if name in possible
            )
        )

    def _possible(self, target: GraphQLNamedType) -> list[GraphQLObjectType]:
        if isinstance(target, GraphQLInterfaceType | GraphQLUnionType):
            return list(self.selection.schema.get_possible_types(target))
        return [as_object(target)]

    # -- values inside a row ---------------------------------------------------------------------------------------

    def _embedded(self, source: Embedded, of: GraphQLObjectType, details: Selected, scope: Scope) -> Node:
        sql = self.sql(source.sql, scope)
        alias = self.alias("j")
        shape = self.shape(of, details, {"value": f"{alias}.value", "target": alias})
        if source.many:
            tables = f"jsonb_array_elements({sql}) with ordinality {alias}(value, place)"
            return Rows(shape, Origin(tables, ()), f"{alias}.place")
        # "offset 0": the value is computed once, however many fields are picked from it.
        return Row(shape, Origin(f"(select {sql} as value offset 0) {alias}", (f"{alias}.value is not null",)))

    def _localised(self, source: Localised, of: GraphQLField, details: Selected, scope: Scope) -> Node:
        sql, many = self.sql(source.sql, scope), source.many
        given = self.selection.arguments(of, details).get("lang")
        wanted = [self.context(f"lang{place}") + "::text" for place in range(1, WANTED_AT_MOST + 1)]
        if given is not None:
            wanted.insert(0, self.value(given) + "::text")
        outer = self.alias("j")
        stored = f"{outer}.value" if many else sql
        entries = ", ".join(f"{stored} -> {language}" for language in wanted)
        chosen = f"coalesce({entries}, {stored} -> ({stored} ->> 'source'))"
        alias = self.alias("j")
        inner = {"value": f"{alias}.value", "target": alias, "wanted": wanted[0]}
        shape = self.shape(as_object(get_named_type(of.type)), details, inner)
        if many:
            tables = (
                f"jsonb_array_elements({sql}) with ordinality {outer}(value, place)"
                f" cross join lateral (select {chosen} as value) {alias}"
            )
            return Rows(shape, Origin(tables, ()), f"{outer}.place")
        return Row(shape, Origin(f"(select {chosen} as value offset 0) {alias}", (f"{alias}.value is not null",)))


class _Names(dict[str, str]):
    """Names in a template: aliases and values first, then what the request's context knows."""

    def __init__(self, planner: Planner, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self._planner = planner

    def __missing__(self, name: str) -> str:
        return self._planner.context(name)


def _all(where: tuple[str, ...]) -> str:
    return " and ".join(where) or "true"
