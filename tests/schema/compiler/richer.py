"""Makes a query richer: more fields at every level, and the parts of the language that Hypothesis does not write.

What it adds are aliases (too long for a column's name, now and then), fields asked for twice, `__typename`, variables
with defaults, `@skip` and `@include`, named and inline fragments.
"""

from dataclasses import dataclass, field
from random import Random

import graphql
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    SelectionNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from schema import schema

_MOST_FIELDS = 40
_DEEPEST = 4
_LONG = "a_name_that_is_longer_than_the_name_of_any_column_in_postgresql_can_be_"
_VARIABLES = "$size: Int = 3, $yes: Boolean! = true, $no: Boolean! = false, $lang: LanguageCode = sv"


def richer(query: str, place: int) -> str:
    """The query with more in it; what, follows from its place in the row of queries alone."""
    adding = _Adding(Random(place))
    document = graphql.parse(query)
    (operation,) = document.definitions
    assert isinstance(operation, graphql.OperationDefinitionNode)
    assert schema.query_type
    body = "\n".join(adding.kept(schema.query_type, selection, 0) for selection in operation.selection_set.selections)
    made = f"query ({_VARIABLES}) {{ {_USED}\n{body} }}\n" + "\n".join(adding.fragments)
    return graphql.print_ast(graphql.parse(made))


_USED = (
    "never: __typename @skip(if: $yes) always: __typename @skip(if: $no)"
    " used: organisations(first: $size) { nodes { name(lang: $lang) { text } } }"
)
"""Each variable is used, as the rules of GraphQL want it."""


@dataclass(slots=True)
class _Adding:
    random: Random
    fragments: list[str] = field(default_factory=list)
    added: int = 0

    def kept(self, parent: GraphQLNamedType, selection: SelectionNode, depth: int) -> str:
        """A selection as it was, with more under it."""
        if isinstance(selection, graphql.InlineFragmentNode):
            on = selection.type_condition
            target = schema.type_map[on.name.value] if on else parent
            return f"... on {target.name} {{ {self._under(target, selection.selection_set, depth)} }}"
        assert isinstance(selection, FieldNode)
        if selection.selection_set is None:
            return graphql.print_ast(selection)
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        target = get_named_type(parent.fields[selection.name.value].type)
        alias = f"{selection.alias.value}: " if selection.alias else ""
        arguments = ", ".join(map(graphql.print_ast, selection.arguments or ()))
        given = f"({arguments})" if arguments else ""
        under = self._under(target, selection.selection_set, depth + 1)
        return f"{alias}{selection.name.value}{given} {{ {under} }}"

    def _under(self, target: GraphQLNamedType, selected: graphql.SelectionSetNode, depth: int) -> str:
        kept = [self.kept(target, selection, depth) for selection in selected.selections]
        return "\n".join([*kept, *self._more(target, depth)])

    def _more(self, target: GraphQLNamedType, depth: int) -> list[str]:
        if is_abstract_type(target):
            if depth >= _DEEPEST:
                return ["__typename"]
            possible = schema.get_possible_types(target)
            chosen = self.random.sample(possible, min(3, len(possible)))
            made = [f"... on {one.name} {{ __typename {' '.join(self._more(one, depth + 1))} }}" for one in chosen]
            return ["__typename", *made]
        assert isinstance(target, GraphQLObjectType)
        lines = []
        for name, of in target.fields.items():
            wanted = 0.5 if is_leaf_type(get_named_type(of.type)) else 0.3
            if self.random.random() < wanted and (line := self._field(name, of, depth)):
                lines.append(line)
        lines = lines or ["__typename"]
        if self.random.random() < 0.1:
            self.fragments.append(f"fragment F{len(self.fragments)} on {target.name} {{ {' '.join(lines)} }}")
            return [f"...F{len(self.fragments) - 1}"]
        return lines

    def _field(self, name: str, of: GraphQLField, depth: int) -> str | None:
        target = get_named_type(of.type)
        if self.added >= _MOST_FIELDS or any(map(is_required_argument, of.args.values())):
            return None
        if not is_leaf_type(target) and depth >= _DEEPEST:
            return None
        self.added += 1
        alias = f"{_LONG if self.random.random() < 0.03 else ''}{name}_{self.added}"
        sides = "last: $size" if self.random.random() < 0.3 else "first: 2"
        given = f"({sides})" if "first" in of.args else "(lang: $lang)" if self._speaks(of) else ""
        directive = self.random.choice(["", "", "", "", " @include(if: $yes)", " @skip(if: $no)", " @skip(if: $yes)"])
        if is_leaf_type(target):
            again = f" {alias}: {name}{given}" if self.random.random() < 0.1 else ""
            return f"{alias}: {name}{given}{directive}{again}"
        return f"{alias}: {name}{given}{directive} {{ {' '.join(self._more(target, depth + 1))} }}"

    def _speaks(self, of: GraphQLField) -> bool:
        return "lang" in of.args and self.random.random() < 0.5
