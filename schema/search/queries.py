"""The root field `search`."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from graphql import GraphQLError

from schema.compiler.declare import argument, declared
from schema.compiler.paging import LONGEST_PAGE
from schema.compiler.run import Context
from schema.compiler.sources import Served
from schema.search.labels import label
from schema.search.types import SearchConnection
from schema.terms import LanguageCode
from services.errors import DomainError
from services.search.search import Found, Wanted, search

USUAL_PAGE = 20
_CURSOR = b"search:"


@strawberry.input(description="Which answers; all conditions must hold, each by one of its values.")
class SearchFilter:
    """Values of facets, by facet."""

    type: list[str] | None = strawberry.field(default=None, description="GraphQL types: Case, Practice, TestRound …")
    kind: list[str] | None = strawberry.field(default=None, description="Kinds, such as METHOD.")
    country: list[str] | None = strawberry.field(default=None, description="Countries (ISO 3166-1 alpha-2).")
    nuts: list[str] | None = strawberry.field(default=None, description="Regions: NUTS codes or their beginnings.")
    level: list[str] | None = strawberry.field(default=None, description="Tiers of government, such as LOCAL.")
    language: list[LanguageCode] | None = strawberry.field(default=None, description="Languages it is written in.")
    topic: list[str] | None = strawberry.field(default=None, description="Notations of topics.")
    target_group: list[str] | None = strawberry.field(default=None, description="Notations of target groups.")
    method: list[str] | None = strawberry.field(default=None, description="Notations of methods.")
    stage: list[str] | None = strawberry.field(default=None, description="Stages, such as TEST.")
    status: list[str] | None = strawberry.field(default=None, description="States, such as PUBLISHED.")
    organisation: list[str] | None = strawberry.field(default=None, description="Slugs of organisations.")


async def _search(
    context: Context,
    *,
    query: str,
    languages: Sequence[str] | None = None,
    filter: Mapping[str, Sequence[str] | None] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    limit = USUAL_PAGE if first is None else first
    if not 1 <= limit <= LONGEST_PAGE:
        raise GraphQLError(f"`first` must lie between 1 and {LONGEST_PAGE}.", extensions={"code": "PAGE_SIZE"})
    spoken = tuple(str(language) for language in languages) if languages else context.languages
    offset = _offset(after)
    filters = {facet: [str(value) for value in values] for facet, values in (filter or {}).items() if values}
    try:
        found = await search(context.viewer, context.ports.search, Wanted(query, spoken, filters, offset, limit))
    except DomainError as error:
        problem = error.problems[0]
        raise GraphQLError(problem.message, extensions={"code": problem.code.value}) from None
    return _shown(found, spoken, offset)


def _shown(found: Found, spoken: tuple[str, ...], offset: int) -> dict[str, Any]:
    answer = found.answer
    cursors = [_cursor(offset + place + 1) for place in found.places]
    return {
        "totalCount": answer.total,
        "degraded": answer.degraded,
        "facets": [
            {
                "field": facet,
                "buckets": [
                    {"field": facet, "value": b.value, "count": b.count, "label": label(facet, b.value, spoken)}
                    for b in buckets
                ],
            }
            for facet, buckets in answer.facets.items()
        ],
        "edges": [
            {
                "cursor": cursor,
                "type": hit.type,
                "id": str(hit.id),
                "score": hit.score,
                "language": hit.language,
                "isOtherLanguage": bool(spoken) and hit.language not in spoken,
                "snippets": [{"field": snippet.field, "text": snippet.text} for snippet in hit.snippets],
            }
            for cursor, hit in zip(cursors, answer.hits, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": found.further,
            "hasPreviousPage": offset > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": _cursor(offset + found.read) if found.read else None,
        },
    }


def _cursor(offset: int) -> str:
    return base64.b64encode(_CURSOR + str(offset).encode()).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        plain = base64.b64decode(cursor, validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    digits = plain.removeprefix(_CURSOR)
    if not plain.startswith(_CURSOR) or not digits.isdigit() or len(digits) > len("1000000"):
        raise GraphQLError(
            "This cursor is not one of a search: take it from pageInfo or an edge.", extensions={"code": "BAD_CURSOR"}
        )
    return int(digits)


@strawberry.type
class SearchQueries:
    """The part of Query that searches."""

    search: SearchConnection = declared(
        Served(_search),
        "Search everything that the viewer may read, in all languages. An empty query lists the newest first.",
        arguments=(
            argument("query", str, 'Words; "…" for a phrase, -word to exclude. At most 500 characters.'),
            argument("languages", list[LanguageCode] | None, "Languages the reader knows; else Accept-Language."),
            argument("filter", SearchFilter | None, "Conditions on the answers."),
            argument("first", int | None, "How many, 1–100; 20 unless given."),
            argument("after", str | None, "Only what follows this cursor."),
        ),
    )
