"""Concepts as GraphQL shows them."""

import strawberry

from schema.compiler.declare import Filter, Order, Rule, column, declare, expression, one
from schema.shared import Node
from services.concepts import tables as t


@declare(t.Concept, Rule.OPEN)
@strawberry.type(description="A concept of a controlled vocabulary (SKOS). Everyone may read it.")
class Concept(Node):
    """A SKOS concept."""

    scheme: str = column(
        t.Concept.scheme, "The vocabulary: `eurovoc`, `topic`, `target-group`, `method`, `cofog`."
    )
    notation: str = column(t.Concept.notation, "The short name within its scheme.")
    uri: str | None = column(t.Concept.uri, "The identifier that others use for it.")
    label: str = expression(
        "coalesce({concept}.labels ->> {lang1}::text, {concept}.labels ->> {lang2}::text,"
        " {concept}.labels ->> {lang3}::text, {concept}.labels ->> 'en', {concept}.notation)",
        "The preferred label, in the request's language where there is one.",
    )
    broader: "Concept | None" = one(t.Concept.broader, "The wider concept.")


CONCEPT_ORDERS = {"NOTATION": Order("{concept}.notation", "text")}
CONCEPT_FILTERS = {"scheme": Filter("{concept}.scheme = {value}::text")}
