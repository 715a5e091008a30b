"""The fields of a selection set with its fragments put in, as execution will see them."""

from collections.abc import Iterable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def fragments_of(document: DocumentNode) -> Fragments:
    """The document's fragments by name."""
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def fields_of(
    fragments: Fragments, type_name: str, sets: Iterable[SelectionSetNode]
) -> Iterable[tuple[str, str, FieldNode]]:
    """Each field with the name of the type it is asked of and its key in the answer.

    A fragment counts once at a level, as it does in execution, and one that does not exist is passed over.
    """
    seen: set[str] = set()
    waiting = [(type_name, node) for one in sets for node in one.selections]
    waiting.reverse()
    while waiting:
        of, node = waiting.pop()
        if isinstance(node, FieldNode):
            yield of, (node.alias or node.name).value, node
            continue
        fragment: FragmentDefinitionNode | InlineFragmentNode
        if isinstance(node, InlineFragmentNode):
            fragment = node
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = fragments[node.name.value]
        else:
            continue
        inner = fragment.type_condition.name.value if fragment.type_condition else of
        waiting.extend((inner, one) for one in reversed(fragment.selection_set.selections))
