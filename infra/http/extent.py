"""How far a document reaches, measured before it is validated: some rules of validation compare all pairs of fields."""

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from infra.http.merging import Fragments, fields_of, fragments_of

DEEPEST = 16
"""Levels of fields. The introspection query of GraphiQL has 15."""
MOST_FIELDS = 2_000
"""Fields of an operation, each use of a fragment counted. The introspection query has 229."""
MOST_FIELDS_TOGETHER = 10_000
"""Fields of all operations and of all fragments by themselves, each use of a fragment counted."""
MOST_REPEATS = 25
"""How often one field of the answer may be written. All pairs of them are compared."""
MOST_ALIASES = 50
MOST_ROOT_FIELDS = 20
MOST_OPERATIONS = 50
MOST_FRAGMENTS = 100
MOST_VALUES = 500
"""Members of the lists and fields of the objects that a document writes out. A mistake in one prints all of it."""


def over_extent(document: DocumentNode) -> GraphQLError | None:
    """The first limit that the document, an operation of it or a fragment by itself exceeds."""
    fragments = fragments_of(document)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    try:
        _check_number("operations", len(operations), MOST_OPERATIONS, "Send only those that are used.")
        _check_number("fragments", len(fragments), MOST_FRAGMENTS, "Put some of them together.")
        _check_number("values in lists and objects", _values(document), MOST_VALUES, "Send them in variables.")
        extent = _Extent(fragments)
        for one in operations:
            extent.measure(one)
        for fragment in fragments.values():  # one that no operation uses is validated too
            extent.measure_fields(fragment.selection_set)
    except GraphQLError as error:
        return error
    return None


def _check_number(of_what: str, number: int, most: int, advice: str) -> None:
    if number > most:
        message = f"This document has {number:,} {of_what}; at most {most:,} are read. {advice}"
        raise _too_much("DOCUMENT_LIMIT", message)


def _values(document: DocumentNode) -> int:
    found, waiting = 0, list[Node](document.definitions)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ListValueNode):
            found += len(node.values)
        elif isinstance(node, ObjectValueNode):
            found += len(node.fields)
        for key in node.keys:
            below = getattr(node, key)
            if isinstance(below, Node):
                waiting.append(below)
            elif isinstance(below, tuple):
                waiting.extend(below)
    return found


class _Extent:
    """Walks one operation or fragment after the other."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._fields = self._aliases = self._together = 0

    def measure(self, operation: OperationDefinitionNode) -> None:
        """Raise GraphQLError where the operation reaches too far."""
        self._aliases = 0
        roots = self.measure_fields(operation.selection_set)
        if roots > MOST_ROOT_FIELDS:
            raise _too_much(
                "ROOT_FIELD_LIMIT",
                f"This asks for {roots} fields at the root; at most {MOST_ROOT_FIELDS} are answered at once."
                " Send several requests.",
            )
        if self._aliases > MOST_ALIASES:
            raise _too_much(
                "ALIAS_LIMIT",
                f"This uses {self._aliases} aliases; at most {MOST_ALIASES} are allowed."
                " Send several requests, or ask for many things at once with `nodes(ids:)`.",
            )

    def measure_fields(self, selected: SelectionSetNode) -> int:
        """How many fields stand at the root. Raises GraphQLError where there are too many, or one comes too often."""
        self._fields = 0
        roots = self._level([selected], ())
        self._together += self._fields
        if self._together > MOST_FIELDS_TOGETHER:
            raise _too_much(
                "FIELD_LIMIT",
                f"The operations and fragments of this document have over {MOST_FIELDS_TOGETHER:,} fields together."
                " Send a document for each operation, with the fragments that it uses.",
            )
        return roots

    def _level(self, sets: list[SelectionSetNode], path: tuple[str, ...]) -> int:
        """Count what is selected at a path and below; how many fields the answer has there."""
        if len(path) == DEEPEST and any(one.selections for one in sets):
            raise _too_much(
                "DEPTH_LIMIT",
                f"This reaches level {DEEPEST + 1} below `{'.'.join(path)}`; at most {DEEPEST} levels are answered."
                " Ask for the inner part in a request of its own, by its id.",
            )
        found: dict[str, list[FieldNode]] = {}
        for _, key, node in fields_of(self._fragments, "", sets):
            found.setdefault(key, []).append(node)
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise _too_much(
                    "FIELD_LIMIT",
                    f"This asks for more than {MOST_FIELDS:,} fields, with the fragments put in."
                    " Send several requests, each with the fields that one view needs.",
                )
        for key, nodes in found.items():
            self._aliases += any(node.alias for node in nodes)
            if len(nodes) > MOST_REPEATS:
                raise _too_much(
                    "FIELD_LIMIT",
                    f"This writes `{'.'.join((*path, key))}` {len(nodes)} times; at most {MOST_REPEATS} are allowed."
                    " Write it once, with all that is wanted of it.",
                )
            inner = [node.selection_set for node in nodes if node.selection_set]
            if inner:
                self._level(inner, (*path, key))
        return len(found)


def _too_much(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
