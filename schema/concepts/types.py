"""Concepts as GraphQL shows them."""

import strawberry

from schema.compiler.declare import LANG, column, declare, declared, expression, many, one
from schema.compiler.sources import Embedded, Order, Rule
from schema.shared import Node
from schema.terms import LanguageCode
from services.concepts import tables as t

_LABEL = """coalesce(
    {concept}.labels ->> {lang}::text, {concept}.labels ->> {lang1}::text, {concept}.labels ->> {lang2}::text,
    {concept}.labels ->> {lang3}::text, {concept}.labels ->> 'en',
    (select l.value from jsonb_each_text({concept}.labels) l limit 1)
)"""
_PREFERRED = """(
    select jsonb_agg(jsonb_build_object('language', l.key, 'text', l.value) order by l.key)
    from jsonb_each_text({concept}.labels) l
)"""
_ALTERNATIVE = """(
    select jsonb_agg(jsonb_build_object('language', l.key, 'text', w.value) order by l.key, w.place)
    from jsonb_each({concept}.alternatives) l
    cross join jsonb_array_elements_text(l.value) with ordinality w(value, place)
)"""


@declare(None, Rule.PART)
@strawberry.type(description="A label in one language.")
class ConceptLabel:
    """A label."""

    language: LanguageCode = expression("{value} ->> 'language'", "The language.")
    text: str = expression("{value} ->> 'text'", "The label.")


@declare(t.Concept, Rule.OPEN)
@strawberry.type(description="A concept of a controlled vocabulary (SKOS). Everyone may read it.")
class Concept(Node):
    """A SKOS concept."""

    scheme: str = column(t.Concept.scheme, "The vocabulary: `eurovoc`, `topic`, `target-group`, `method`, `cofog`.")
    notation: str = column(t.Concept.notation, "The short name within its scheme.")
    uri: str | None = column(t.Concept.uri, "The identifier that others use for it.")
    label: str = expression(
        _LABEL,
        "The preferred label in the language wanted, else in English, else in any that there is.",
        arguments=(LANG,),
    )
    pref_labels: list[ConceptLabel] = declared(
        Embedded(_PREFERRED, many=True), "The preferred label in each language, by language."
    )
    alt_labels: list[ConceptLabel] = declared(
        Embedded(_ALTERNATIVE, many=True), "Other names for the same: synonyms, plurals, compounds; by language."
    )
    broader: "Concept | None" = one(t.Concept.broader, "The wider concept, in the same scheme.")
    narrower: list["Concept"] = many(
        t.Concept.broader, "The narrower concepts, by notation.", order="{target}.notation"
    )


CONCEPT_ORDERS = {"NOTATION": Order("{concept}.notation", "text")}
