"""What is sent to Meilisearch: settings, documents, searches. All pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from infra.search.words import CLOSE_MARK, INDEXED_LENGTH, OPEN_MARK, Asked, AskedWord, clean
from services.search.ports import FACETS, DocumentText, SearchDocument, SearchQuestion

Request = dict[str, Any]

FIELDS: Final = ("title", "terms", "summary", "body")
"""The searched fields, the most telling first. Each holds an object with a text per language."""

LOCALES: Final[Mapping[str, str]] = {
    "bg": "bul",
    "ca": "cat",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "et": "est",
    "fi": "fin",
    "fr": "fra",
    "hr": "hrv",
    "hu": "hun",
    "it": "ita",
    "lt": "lit",
    "lv": "lav",
    "nb": "nob",
    "nl": "nld",
    "no": "nob",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "sk": "slk",
    "sl": "slv",
    "sv": "eng",
    "uk": "ukr",
}
"""Meilisearch's name of each language.

Swedish goes as English on purpose: told that a text is Swedish, Meilisearch keeps å, ä and ö apart from a and o,
and a reader without those keys finds nothing. It has nothing else that is particular to Swedish.
"""

MOST_HITS: Final = 10_000
"""How far one can page."""

_MOST_WORDS: Final = 8  # Meilisearch reads ten words of a question; each of ours costs it a search or two
_OTHER_LANGUAGE: Final = 0.92  # the worth of an answer in a language that the reader did not name
_DAWN: Final = datetime(1970, 1, 1, tzinfo=UTC)


def settings() -> Request:
    """The index's settings."""
    return {
        "searchableAttributes": list(FIELDS),
        "displayedAttributes": ["type", "thing", "written_in", *FIELDS],
        "filterableAttributes": [
            "id",
            "audience",
            "whole_audience",
            "written_in",
            *(f"facet.{facet}" for facet in FACETS),
        ],
        "sortableAttributes": ["listed_at", "thing"],
        # What a text says comes before when it was listed: the order of a list is for equals, and for all.
        "rankingRules": ["words", "typo", "proximity", "attribute", "exactness", "sort"],
        "localizedAttributes": [
            {"attributePatterns": [f"*.{language}"], "locales": [locale]} for language, locale in LOCALES.items()
        ],
        "typoTolerance": {"enabled": True, "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}},
        "pagination": {"maxTotalHits": MOST_HITS},
        "faceting": {"maxValuesPerFacet": 1_000, "sortFacetValuesBy": {"*": "count"}},
    }


def key(type: str, id: UUID) -> str:
    """A thing's primary key in the index."""
    return f"{type}-{id.hex}"


def document(document: SearchDocument) -> Request:
    """One thing in all its languages: totals and facets then count things, not translations."""
    texts = {language: _cleaned(text) for language, text in document.texts.items()}
    return {
        "id": key(document.type, document.id),
        "type": document.type,
        "thing": str(document.id),
        "audience": [clean(one) for one in document.audience],
        # What is no part has its own audience twice, so that one filter holds for all.
        "whole_audience": [
            clean(one) for one in (document.audience if document.whole_audience is None else document.whole_audience)
        ],
        "written_in": list(document.written_in),
        "listed_at": (document.listed_at - _DAWN).total_seconds(),
        "facet": {facet: [clean(value) for value in values] for facet, values in document.facets.items()},
        **{field: {language: text[field] for language, text in texts.items() if text[field]} for field in FIELDS},
    }


def _cleaned(text: DocumentText) -> dict[str, str]:
    return {
        "title": clean(text.title),
        "terms": clean(text.terms),
        "summary": clean(text.summary),
        "body": clean(text.body)[:INDEXED_LENGTH],
    }


def one_of(attribute: str, values: Iterable[str]) -> str:
    """A filter: the attribute has one of the values."""
    escaped = (clean(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    listed = ", ".join(f'"{value}"' for value in escaped)
    return f"{attribute} IN [{listed}]"


def readable(question: SearchQuestion, without: str | None = None) -> list[str]:
    """The filters that must all hold: the audience rule first, then those of the question but for one facet."""
    return [
        one_of("audience", question.keyring),
        one_of("whole_audience", question.keyring),
        *(
            one_of(f"facet.{facet}", values)
            for facet, values in question.filters.items()
            if values and facet != without
        ),
    ]


def soundings(index: str, question: SearchQuestion, asked: Asked) -> list[Request]:
    """A search per word, for how many readable things have it (`estimatedTotalHits`)."""
    return [{"indexUid": index, "q": word.written, "filter": readable(question), "limit": 0} for word in loose(asked)]


def loose(asked: Asked) -> list[AskedWord]:
    """The words of which some must be found, rather than all."""
    return [word for word in asked.words if not word.literal][:_MOST_WORDS]


def searches(
    index: str, question: SearchQuestion, asked: Asked, words: Sequence[AskedWord], without: str | None = None
) -> list[Request]:
    """The searches whose union is the answer; Meilisearch merges them and keeps each thing's best.

    Meilisearch looks for all words, then for fewer of them by leaving out the last. So each turn of the words
    (abcd, bcda, cdab, dabc) is asked: every thing with any word is found, and one with three of four beats
    one with one, whichever is missing. Phrases must always be there and exclusions must not.
    """
    written = [word.written for word in words]
    turns = [written[start:] + written[:start] for start in range(len(written))] or [[]]
    return [
        {
            "indexUid": index,
            "q": " ".join([*asked.operators, *turn]),
            "filter": [*readable(question, without), *languages],
            "federationOptions": {"weight": weight},
            "matchingStrategy": "last",
            "sort": ["listed_at:desc", "thing:desc"],
            "attributesToRetrieve": ["type", "thing", "written_in"],
            "attributesToHighlight": list(FIELDS),
            "attributesToCrop": ["summary", "body"],
            "cropLength": 40,
            "highlightPreTag": OPEN_MARK,
            "highlightPostTag": CLOSE_MARK,
            **_locales(question),
        }
        for turn in turns
        for languages, weight in _preferences(question, turn)
    ]


def _preferences(question: SearchQuestion, turn: Sequence[str]) -> list[tuple[list[str], float]]:
    """Filters by language, and the worth of what passes. A list without words has no preference."""
    if not question.languages or not turn:
        return [([], 1.0)]
    own = one_of("written_in", question.languages)
    return [([own], 1.0), ([f"NOT {own}"], _OTHER_LANGUAGE)]


def _locales(question: SearchQuestion) -> Request:
    known = dict.fromkeys(LOCALES[language] for language in question.languages if language in LOCALES)
    return {"locales": list(known)} if known else {}


def federation(index: str, question: SearchQuestion) -> Request:
    """How to merge the searches of a page.

    `offset` and `limit` rather than pages: the port's offset is any number, and without a distinct attribute or a
    score threshold (we set neither) the "estimated" total that comes with them is exact.
    """
    unfiltered = [facet for facet in FACETS if not question.filters.get(facet)]
    return {
        "offset": question.offset,
        "limit": question.limit,
        "facetsByIndex": {index: [f"facet.{facet}" for facet in unfiltered]},
    }


def facet_federation(index: str, facet: str) -> Request:
    """How to merge searches for the counts of one facet only: that of a filter, asked without that filter."""
    return {"offset": 0, "limit": 0, "facetsByIndex": {index: [f"facet.{facet}"]}}
