"""What a token may be used for, as far as it hangs on the kind of the operation and on what it selects: to read."""

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

from infra.http.merging import Fragments, fields_of, fragments_of
from infra.http.refusal import Refused
from schema.compiler.catalogue import Catalogue
from schema.compiler.sources import (
    Embedded,
    GlobalId,
    Inline,
    Localised,
    Many,
    One,
    Reference,
    References,
    Rule,
    Scalar,
    Source,
)
from services.organisations.terms import TokenScope
from services.viewer import Viewer

_EVERYTHING = "Viewer"
"""The type that holds what somebody is and has. No mutation changes it, though one may answer with it."""


def check_reads(viewer: Viewer, kind: OperationType | None, further: str | None) -> None:
    """Refuse a token that lacks READ a query or a subscription, and a mutation that asks `further`. Raises Refused.

    Whoever writes must be told what they wrote, and with which id, but nothing that it leads to.
    """
    if viewer.person is None or TokenScope.READ in viewer.scopes:
        return
    if kind is not OperationType.MUTATION:
        raise Refused(
            403,
            "SCOPE_MISSING",
            f"This token lacks the scope {TokenScope.READ}, so it reads nothing but what its mutations answer. Make one"
            " that has it and use that instead.",
        )
    if further is not None:
        raise Refused(
            403,
            "SCOPE_MISSING",
            f"This token lacks the scope {TokenScope.READ}, so of what a mutation changes it reads the fields of that"
            f" thing alone, and not «{further}», which leads further. Nothing was done. Leave that field out, or make a"
            " token that has the scope and use that instead.",
        )


def leads_further(catalogue: Catalogue, document: DocumentNode, operation: OperationDefinitionNode) -> str | None:
    """The first field of a valid mutation, as a dotted path, that leads beyond what was changed; None without one.

    What was changed is what the payload names, with its own values and those of its parts that have no id.
    """
    root = catalogue.schema.mutation_type
    if root is None or operation.operation is not OperationType.MUTATION:
        return None
    return _Mutation(catalogue, fragments_of(document)).beyond(root.name, [operation.selection_set], ())


class _Mutation:
    """Walks a mutation with the schema beside it."""

    def __init__(self, catalogue: Catalogue, fragments: Fragments) -> None:
        self._catalogue, self._fragments = catalogue, fragments

    def beyond(self, type_name: str, sets: Iterable[SelectionSetNode], path: tuple[str, ...]) -> str | None:
        for of, _, node in fields_of(self._fragments, type_name, sets):
            name = node.name.value
            field = getattr(self._catalogue.schema.type_map[of], "fields", {}).get(name)
            if field is None:  # __typename
                continue
            to, here = get_named_type(field.type), (*path, name)
            if not all(self._is_own(source, to) for source in self._sources(of, name)):
                return ".".join(here)
            if node.selection_set and (found := self.beyond(to.name, [node.selection_set], here)):
                return found
        return None

    def _sources(self, type_name: str, name: str) -> Iterable[Source | None]:
        of = self._catalogue.schema.type_map[type_name]
        possible = self._catalogue.schema.get_possible_types(of) if isinstance(of, GraphQLInterfaceType) else [of]
        return [self._catalogue.source(one.name, name) for one in possible]

    def _is_own(self, source: Source | None, to: GraphQLNamedType) -> bool:
        match source:
            case None:  # what the mutation itself answers
                return not isinstance(to, GraphQLInterfaceType | GraphQLUnionType)
            case Reference() | References():
                return to.name != _EVERYTHING
            case Scalar() | GlobalId() | Localised() | Embedded() | Inline():
                return is_leaf_type(to) or "id" not in getattr(to, "fields", {"id": None})
            case One() | Many():
                return "id" not in getattr(to, "fields", {"id": None}) and self._is_part(to)
            case _:  # another thing, a list or a number of them, or a link to a file
                return False

    def _is_part(self, to: GraphQLNamedType) -> bool:
        declared = self._catalogue.types.get(to.name)
        return declared is not None and declared.rule is Rule.PART
