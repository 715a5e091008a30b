"""What comes back from Meilisearch, as the port has it. All pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from infra.search.words import CLOSE_MARK, OPEN_MARK, fold
from services.search.ports import FACETS, FacetBucket, SearchAnswer, SearchHit, SearchQuestion, Snippet

_WORTH: Final = {"title": 100, "terms": 85, "summary": 70, "body": 50}
_SHOWN: Final = ("title", "summary", "body")


def answer(
    index: str,
    question: SearchQuestion,
    page: Mapping[str, Any],
    narrowed: Mapping[str, Mapping[str, Any]],
) -> SearchAnswer:
    """The answer from the page's response and, for each filtered facet, the response without its filter."""
    counted = _distribution(index, page)
    for facet, response in narrowed.items():
        counted |= {name: counts for name, counts in _distribution(index, response).items() if name == facet}
    return SearchAnswer(
        total=page["estimatedTotalHits"],
        hits=tuple(hit(found, question.languages) for found in page["hits"]),
        facets={facet: _buckets(counted.get(facet, {})) for facet in FACETS},
    )


def _distribution(index: str, response: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
    counted = response.get("facetsByIndex", {}).get(index, {}).get("distribution", {})
    return {name.removeprefix("facet."): counts for name, counts in counted.items()}


def _buckets(counts: Mapping[str, int]) -> tuple[FacetBucket, ...]:
    ordered = sorted(counts.items(), key=lambda bucket: (-bucket[1], bucket[0]))
    return tuple(FacetBucket(value, count) for value, count in ordered)


def hit(found: Mapping[str, Any], languages: Sequence[str]) -> SearchHit:
    """One hit: the language whose marked words are worth most, and its marked fields."""
    marked: Mapping[str, Mapping[str, str]] = {
        field: texts for field in _WORTH if isinstance(texts := found["_formatted"].get(field), dict)
    }
    language = _best(marked, found["written_in"], languages)
    score = float(found["_federation"]["weightedRankingScore"])
    return SearchHit(
        type=found["type"],
        id=UUID(found["thing"]),
        score=min(1.0, max(0.0, score)),
        language=language,
        snippets=tuple(_snippets(marked, language)),
    )


def _best(marked: Mapping[str, Mapping[str, str]], written_in: Sequence[str], languages: Sequence[str]) -> str:
    """The language that answers best among those that were really written; the reader's own where two do."""
    candidates = written_in or sorted({language for texts in marked.values() for language in texts})
    preference = [*languages, *candidates]

    def rank(language: str) -> tuple[int, int]:
        worth: dict[str, int] = {}
        for field, texts in marked.items():
            for word in _marked_words(texts.get(language, "")):
                worth[word] = max(worth.get(word, 0), _WORTH[field])
        return -sum(worth.values()), preference.index(language)

    return min(candidates, key=rank, default="")


def _marked_words(text: str) -> Iterable[str]:
    return (fold(piece.partition(CLOSE_MARK)[0]) for piece in text.split(OPEN_MARK)[1:])


def _snippets(marked: Mapping[str, Mapping[str, str]], language: str) -> Iterable[Snippet]:
    own = [Snippet(field, text) for field in _SHOWN if OPEN_MARK in (text := marked.get(field, {}).get(language, ""))]
    if own:
        return own
    terms = [text for text in marked.get("terms", {}).values() if OPEN_MARK in text]
    return [Snippet("terms", max(terms, key=lambda text: text.count(OPEN_MARK)))] if terms else []
