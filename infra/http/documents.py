"""GraphQL documents: parsed and validated once, then kept with the plans that were made for them."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    Source,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from infra.http.extent import over_extent
from infra.http.scopes import leads_further
from infra.http.weighing import Weight, weigh
from schema.compiler.catalogue import Catalogue
from schema.compiler.run import PlanCache
from schema.compiler.short import ShortWay, short_way

LONGEST_DOCUMENT = 100_000
MOST_TOKENS = 10_000
_MOST_ERRORS = 10
CHARACTERS_KEPT = 2_000_000
"""A document takes some fifty times its text in memory, so their texts together are what is bounded."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What kind of operation it is, what it asks of the database, and its short way if it has one.

    `fields` are those at its root, fragments aside. `further` is the field by which a mutation asks beyond what it
    changes, which takes READ.
    """

    kind: OperationType
    weight: Weight
    short: ShortWay | None
    fields: tuple[str, ...] = ()
    further: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document: what it says or why it is not valid, its operations, and its plans.

    An operation stands under its name; where it is the only one, under None too.
    """

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    operations: Mapping[str | None, Operation] = field(default_factory=dict)
    plans: PlanCache = field(default_factory=PlanCache)


class Documents:
    """The documents that were seen last."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept: OrderedDict[bytes, tuple[int, Document]] = OrderedDict()
        self._characters = 0

    def known(self, text: str) -> Document | None:
        """The document of a text that was read lately, and was valid."""
        key = _key(text)
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def get(self, text: str) -> Document:
        """The document of a text."""
        return self.known(text) or self._kept_when_valid(text)

    def _kept_when_valid(self, text: str) -> Document:
        made = self.read(text)
        if made.node is not None:
            self._kept[_key(text)] = (len(text), made)
            self._characters += len(text)
            while self._characters > CHARACTERS_KEPT:
                self._characters -= self._kept.popitem(last=False)[1][0]
        return made

    def read(self, text: str) -> Document:
        """The document of a text, read anew."""
        if len(text) > LONGEST_DOCUMENT:
            message = f"A document has at most {LONGEST_DOCUMENT} characters; this one has {len(text)}."
            return Document(None, (GraphQLError(message, extensions={"code": "DOCUMENT_TOO_LONG"}),))
        try:
            node = parse(Source(text, "GraphQL request"), max_tokens=MOST_TOKENS, no_location=False)
        except GraphQLError as syntax:
            syntax.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
            return Document(None, (syntax,))
        except RecursionError:
            message = "The document nests too deeply."
            return Document(None, (GraphQLError(message, extensions={"code": "GRAPHQL_PARSE_FAILED"}),))
        errors = self._errors(text, node)
        if errors:
            return Document(None, tuple(errors))
        return Document(node, operations=self._operations(node))

    def _errors(self, text: str, node: DocumentNode) -> list[GraphQLError]:
        """What is wrong with a document that can be parsed. Limits come first: some rules compare all pairs."""
        if ("\\u" in text or "\x00" in text) and _has_nul(node):
            message = "A text must not contain the character NUL."
            return [GraphQLError(message, extensions={"code": "GRAPHQL_VALIDATION_FAILED"})]
        if beyond := over_extent(node):
            return [beyond]
        errors = validate(self._catalogue.schema, node, max_errors=_MOST_ERRORS)
        for error in errors:
            error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
        return errors

    def _operations(self, node: DocumentNode) -> dict[str | None, Operation]:
        found: dict[str | None, Operation] = {
            one.name.value if one.name else None: Operation(
                one.operation,
                weigh(self._catalogue, node, one),
                short_way(node, one, self._catalogue),
                tuple(field.name.value for field in one.selection_set.selections if isinstance(field, FieldNode)),
                leads_further(self._catalogue, node, one),
            )
            for one in node.definitions
            if isinstance(one, OperationDefinitionNode)
        }
        if len(found) == 1:
            found[None] = next(iter(found.values()))
        return found


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class _Nul(Visitor):
    """Finds a NUL in the document's texts: PostgreSQL stores none, so none is let in."""

    found = False

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        """Look at one text."""
        self.found = self.found or "\x00" in node.value


def _has_nul(node: DocumentNode) -> bool:
    visitor = _Nul()
    visit(node, visitor)
    return visitor.found
