"""From a search document to what the index's tables hold of it."""

from dataclasses import dataclass
from typing import Any, Final, Self

from infra.search.postgres.lexemes import Column, columns, lexeme
from infra.search.postgres.ways import ways
from infra.search.words import INDEXED_LENGTH, clean, index_words, words
from services.search.ports import DocumentText, SearchDocument

_LEXEME_BYTES: Final = 900_000
"""PostgreSQL takes a megabyte of lexemes a thing."""

_WAY_BYTES: Final = 16
"""What a lexeme takes besides: its way, and its place."""

Lexeme = tuple[str, str, str]
"""A lexeme, its word, its language."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """One document, ready for `put_thing.sql`, `put_entries.sql` and `put_texts.sql`; `lexemes` are for the lexicon."""

    thing_values: tuple[Any, ...]
    entry_values: tuple[Column, ...]
    text_values: tuple[list[str], ...]
    lexemes: frozenset[Lexeme]

    @classmethod
    def of(cls, document: SearchDocument) -> Self:
        """Take a document apart. Raises ValueError for a language that is no language tag."""
        texts = {language: _Words.of(text) for language, text in document.texts.items()}
        title, terms, summary, body = (
            _lexemes({language: field(text) for language, text in texts.items()})
            for field in (_Words.titles, _Words.all_terms, _Words.summaries, _Words.bodies)
        )
        everything = _within_limits({**title, **terms, **summary, **body})
        return cls(
            thing_values=(
                document.type,
                document.id,
                [f"{facet}={clean(value)}" for facet, values in document.facets.items() for value in values],
                list(document.written_in),
                document.listed_at,
            ),
            entry_values=(
                *columns([(clean(way[0]), clean(way[1]) if len(way) > 1 else None) for way in ways(document)], 2),
                *([one for one in part if one in everything] for part in (title, terms, summary)),
                list(everything),
            ),
            text_values=(
                list(texts),
                *([getattr(text, field) for text in texts.values()] for field in ("title", "terms", "summary", "body")),
                [text.folded() for text in texts.values()],
            ),
            lexemes=frozenset((one, *word) for one, word in everything.items()),
        )


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's texts, cleaned."""

    title: str
    terms: str
    summary: str
    body: str

    @classmethod
    def of(cls, text: DocumentText) -> Self:
        return cls(clean(text.title), clean(text.terms), clean(text.summary), clean(text.body))

    def titles(self) -> list[str]:
        return index_words(self.title)

    def all_terms(self) -> list[str]:
        return index_words(self.terms)

    def summaries(self) -> list[str]:
        return index_words(self.summary)

    def bodies(self) -> list[str]:
        return index_words(self.body[:INDEXED_LENGTH])

    def folded(self) -> str:
        """The running text as folded words; no phrase reaches over the `|` between two fields."""
        fields = (self.title, self.terms, self.summary, self.body[:INDEXED_LENGTH])
        return f" {' | '.join(' '.join(words(field)) for field in fields)} "


def _lexemes(by_language: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    return {lexeme(word, language): (word, language) for language, found in by_language.items() for word in found}


def _within_limits(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """As many as fit a tsvector. Title, terms and summary come first, so a monstrous body loses its own tail."""
    size, kept = 0, {}
    for one, word in found.items():
        size += len(one.encode()) + _WAY_BYTES
        if size > _LEXEME_BYTES:
            break
        kept[one] = word
    return kept
