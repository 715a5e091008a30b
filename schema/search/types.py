"""Search as GraphQL shows it. The answer of the search service is JSON; these types live inside it."""

from typing import Annotated, Any

import strawberry

from schema.artefacts.types import Artefact
from schema.cases.types import Case
from schema.compiler.declare import declare, declared, expression
from schema.compiler.sources import Embedded, OneOf, Rule
from schema.events.types import Event
from schema.organisations.types import Lab, Network, Organisation
from schema.practices.types import Practice
from schema.shared import PageInfo
from schema.terms import LanguageCode
from schema.test_rounds.types import TestRound
from services.search.ports import SEARCHABLE_TYPES

SearchNode = Annotated[
    Artefact | Case | Event | Lab | Network | Organisation | Practice | TestRound,
    strawberry.union("SearchNode", description="Whatever can be searched."),
]


_LABEL = """coalesce(
    case
        when {value} ->> 'field' in ('topic', 'targetGroup', 'method') then (
            select coalesce(c.labels ->> {lang1}::text, c.labels ->> {lang2}::text, c.labels ->> 'en')
            from concept c
            where c.notation = {value} ->> 'value'
                and c.scheme = any(array['topic', 'eurovoc', 'target-group', 'method'])
            order by c.scheme
            limit 1
        )
        when {value} ->> 'field' = 'organisation' then (
            select coalesce(
                o.names -> {lang1}::text, o.names -> {lang2}::text, o.names -> (o.names ->> 'source')
            ) ->> 'text'
            from organisation o
            where o.slug = {value} ->> 'value'
        )
    end,
    {value} ->> 'label'
)"""
"""What a bucket is called: concepts and organisations by their own names, the rest by what the resolver gave."""


def _inside(name: str, description: str, *, many: bool = False) -> Any:
    return declared(Embedded(f"{{value}} -> '{name}'", many=many), description)


@declare(None, Rule.PART)
@strawberry.type(description="A passage that answers.")
class Snippet:
    """A snippet."""

    field: str = expression("{value} ->> 'field'", "Where it stands: title, summary or body.")
    text: str = expression(
        "{value} ->> 'text'",
        "The passage, as plain text; what matched stands between U+2068 and U+2069.",
    )


@declare(None, Rule.PART)
@strawberry.type(description="How many answers carry a value.")
class FacetBucket:
    """A bucket."""

    value: str = expression("{value} ->> 'value'", "The value, for `filter`.")
    label: str = expression(_LABEL, "The value in words, in the reader's language where there are any.")
    count: int = expression("({value} -> 'count')::int", "How many of the answers that the viewer may read.")


@declare(None, Rule.PART)
@strawberry.type(description="The answers, counted by one property.")
class Facet:
    """A facet."""

    field: str = expression("{value} ->> 'field'", "The property: type, kind, country …")
    buckets: list[FacetBucket] = _inside("buckets", "Its values, the most frequent first.", many=True)


@declare(None, Rule.PART)
@strawberry.type(description="One answer.")
class SearchEdge:
    """A hit."""

    cursor: str = expression("{value} ->> 'cursor'", "Its place, for `after`.")
    score: float = expression("{value} -> 'score'", "How well it answers, 0–1; comparable within one search.")
    language: LanguageCode = expression("{value} ->> 'language'", "The language in which it answers best.")
    is_other_language: bool = expression(
        "({value} -> 'isOtherLanguage')::boolean", "Whether that is none of the languages asked for."
    )
    snippets: list[Snippet] = _inside("snippets", "Passages that answer.", many=True)
    node: SearchNode = declared(
        OneOf(
            {
                name: f"{{target}}.id = ({{value}} ->> 'id')::uuid and {{value}} ->> 'type' = '{name}'"
                for name in SEARCHABLE_TYPES
            }
        ),
        "The thing itself.",
    )


@declare(None, Rule.PART)
@strawberry.type(description="The answers to a question that the viewer may read.")
class SearchConnection:
    """A page of hits."""

    total_count: int = expression("({value} -> 'totalCount')::int", "How many things answer in all.")
    degraded: bool = expression(
        "({value} -> 'degraded')::boolean", "Whether the usual search engine is away and a simpler one answered."
    )
    facets: list[Facet] = _inside("facets", "The answers counted by their properties.", many=True)
    edges: list[SearchEdge] = _inside("edges", "One page, the best first.", many=True)
    page_info: PageInfo = _inside("pageInfo", "Where the page ends.")
