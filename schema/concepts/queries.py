"""Reads of concepts."""

import strawberry

from schema.compiler.declare import argument, page
from schema.compiler.sources import Filter
from schema.concepts.types import CONCEPT_ORDERS, Concept
from schema.shared import Connection


@strawberry.type
class ConceptQueries:
    """The part of Query that is about concepts."""

    concepts: Connection[Concept] = page(
        "Concepts of the controlled vocabularies, by notation. Everyone may read them.",
        orders=CONCEPT_ORDERS,
        filters={"scheme": Filter("{concept}.scheme = {value}::text")},
        by=(argument("scheme", str | None, "Only those of this vocabulary, such as `method`; see `Concept.scheme`."),),
    )
