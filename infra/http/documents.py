"""GraphQL documents: parsed and validated once, then kept with the plans that were made for them."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Source,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from schema.compiler.run import PlanCache

LONGEST_DOCUMENT = 100_000
MOST_TOKENS = 10_000
CHARACTERS_KEPT = 2_000_000
"""A document takes some fifty times its text in memory, so their texts together are what is bounded."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document: what it says or why it is not valid, and its plans."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    plans: PlanCache = field(default_factory=PlanCache)

    def operation(self, name: str | None) -> OperationType | None:
        """What kind of operation would run; None where the name does not tell one."""
        definitions = [d for d in self.node.definitions if isinstance(d, OperationDefinitionNode)] if self.node else []
        if name is not None:
            definitions = [d for d in definitions if d.name and d.name.value == name]
        return definitions[0].operation if len(definitions) == 1 else None


class Documents:
    """The documents that were seen last."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[bytes, tuple[int, Document]] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Document:
        """The document of a text."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[1]
        made = self._read(text)
        if made.node is not None:
            self._kept[key] = (len(text), made)
            self._characters += len(text)
            while self._characters > CHARACTERS_KEPT:
                self._characters -= self._kept.popitem(last=False)[1][0]
        return made

    def _read(self, text: str) -> Document:
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
        if ("\\u" in text or "\x00" in text) and _has_nul(node):
            message = "A text must not contain the character NUL."
            return Document(None, (GraphQLError(message, extensions={"code": "GRAPHQL_VALIDATION_FAILED"}),))
        errors = validate(self._schema, node, max_errors=20)
        for error in errors:
            error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
        return Document(None if errors else node, tuple(errors))


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
