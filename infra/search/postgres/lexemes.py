"""From words to lexemes and tsqueries. All pure: what talks to PostgreSQL is in `engine.py`."""

import re
from bisect import bisect
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from infra.search.words import Asked, AskedWord

STEMMERS: Final[Mapping[str, str]] = {
    "ca": "pg_catalog.catalan_stem",
    "da": "pg_catalog.danish_stem",
    "de": "pg_catalog.german_stem",
    "el": "pg_catalog.greek_stem",
    "en": "pg_catalog.english_stem",
    "es": "pg_catalog.spanish_stem",
    "fi": "pg_catalog.finnish_stem",
    "fr": "pg_catalog.french_stem",
    "ga": "pg_catalog.irish_stem",
    "hu": "pg_catalog.hungarian_stem",
    "it": "pg_catalog.italian_stem",
    "lt": "pg_catalog.lithuanian_stem",
    "nb": "pg_catalog.norwegian_stem",
    "nl": "pg_catalog.dutch_stem",
    "nn": "pg_catalog.norwegian_stem",
    "no": "pg_catalog.norwegian_stem",
    "pt": "pg_catalog.portuguese_stem",
    "ro": "pg_catalog.romanian_stem",
    "sv": "pg_catalog.swedish_stem",
}
"""The stemmers of every PostgreSQL since 16, by language."""

COMPOUNDING: Final = ("da", "de", "fi", "hu", "nb", "nl", "nn", "no", "sv")
"""Languages that write *dienstverleningsvisie* in one word."""

STRONG: Final = 0
WEAK: Final = 1

NOTHING: Final = "':'"
"""A tsquery that nothing answers: no word is a colon."""

Column = list[Any]
"""One column of rows that PostgreSQL is to unnest. Columns, unlike JSON, tell it how many rows there are."""

_ONE_MORE_SLIP: Final = (4, 8)  # the lengths from which one letter of a word may be wrong, and two
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]{1,35}")


def lexeme(word: str, language: str) -> str:
    """The lexeme of a folded word. Raises ValueError for a language that is no language tag."""
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{language!r} is no language tag; the index takes tags such as nl or pt-BR.")
    return f"{word}:{language}"


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[Column, ...]:
    """The rows' columns, `width` of them, for `unnest`."""
    return tuple([row[at] for row in rows] for at in range(width))


def in_ways(lexeme: str, ways: Iterable[int]) -> list[str]:
    """The lexeme as it stands in the index, in each of the ways."""
    return [f"{way}:{lexeme}" for way in ways]


def any_of(lexemes: Iterable[str]) -> str:
    """A tsquery for one of the lexemes."""
    return " | ".join(f"'{one}'" for one in lexemes)


@dataclass(slots=True)
class Meaning:
    """What the index may tell of one asked word: its lexemes, in the reader's ways, and their languages, by how sure.

    `marks` says which folded words of a language are this word; `beginning` marks what starts with it.
    """

    strong: dict[str, str] = field(default_factory=dict)
    weak: dict[str, str] = field(default_factory=dict)
    mistyped: dict[str, str] = field(default_factory=dict)
    marks: dict[str, set[str]] = field(default_factory=dict)
    beginning: str | None = None

    def learn(self, tier: dict[str, str], lexemes: Iterable[str], word: str, language: str) -> None:
        """Take in a word of the lexicon, as it stands in the reader's ways."""
        tier.update(dict.fromkeys(lexemes, language))
        self.marks.setdefault(language, set()).add(word)

    def queries(self, languages: Sequence[str]) -> Iterable[tuple[str, int, str | None]]:
        """The word's tsqueries, each with its quality, 100 at best, and a beginning that counts as well."""
        own = [one for one, language in self.strong.items() if not languages or language in languages]
        other = [one for one in self.strong if one not in own]
        for query, quality, beginning in (
            (any_of(own), 100, None),
            (any_of(other), 90, None),
            (any_of(self.weak), 60, self.beginning),
            (any_of(self.mistyped), 50, None),
        ):
            if query or beginning:
                yield query or NOTHING, quality, beginning


@dataclass(frozen=True, slots=True)
class LexiconQuestion:
    """What to ask the lexicon, in the parameters of expand.sql.

    Words are numbered: first the asked ones, then `literals`, the words of phrases and exclusions.
    """

    spelled: tuple[Column, ...]
    stemmed: tuple[Column, ...]
    inside: int
    literals: tuple[str, ...]


def lexicon_question(asked: Asked) -> LexiconQuestion:
    """The asked words in every guise; phrases and exclusions as they stand, exclusions also by stem."""
    phrases = (*asked.phrases, *asked.without_phrases)
    literals = tuple(dict.fromkeys([*asked.without, *(word for phrase in phrases for word in phrase)]))
    numbered = list(enumerate(literals, len(asked.words)))
    spelled = [(n, *spelling) for n, word in enumerate(asked.words) for spelling in _spellings(word)]
    spelled += [(n, literal, STRONG, False) for n, literal in numbered]
    flexible = [(n, word.text) for n, word in enumerate(asked.words) if not word.literal]
    barred = [(n, literal) for n, literal in numbered if literal in asked.without]
    return LexiconQuestion(
        spelled=columns(spelled, 4),
        stemmed=columns(flexible + barred, 2),
        inside=len(flexible),
        literals=literals,
    )


def _spellings(word: AskedWord) -> Iterable[tuple[str, int, bool]]:
    """Spelling, tier, and whether only as part of a compound."""
    yield from ((form, STRONG, False) for form in word.forms)
    if word.literal:
        return
    yield from ((part, WEAK, False) for part in word.parts if len(part) > 1)
    text, length = word.text, len(word.text)
    # An ending that no stemmer knows: up to three letters.
    yield from ((text[:end], WEAK, False) for end in range(max(4, length - 3), length))
    # The words that a compound is made of: its beginning and its end, with a word's length left over.
    yield from ((text[:end], WEAK, True) for end in range(5, length - 3))
    yield from (
        (text[start:end], WEAK, True)
        for start in range(4, length - 3)
        for end in range(max(start + 4, length - 3), length + 1)
    )


def beginning(word: AskedWord) -> str | None:
    """What a longer word must begin with to count. Shorter ones only while they are being typed."""
    if word.literal or len(word.text) < (2 if word.last else 4):
        return None
    return word.text


def swaps(word: str) -> list[str]:
    """The spellings with two neighbouring letters exchanged: trigrams find those badly."""
    return [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1) if word[at] != word[at + 1]
    ]


@dataclass(frozen=True, slots=True)
class Understood:
    """A question and what the lexicon knows of it. `literals` maps the words of phrases and exclusions to lexemes."""

    asked: Asked
    meanings: Sequence[Meaning]
    literals: Mapping[str, Sequence[str]]

    def queries(self, languages: Sequence[str]) -> tuple[Column, ...]:
        """Number, tsquery, quality, beginning for each thing that a word may mean; without any it is asked for too."""
        return columns(
            [
                (n, *asked)
                for n, meaning in enumerate(self.meanings)
                for asked in [*meaning.queries(languages)] or [(NOTHING, 0, None)]
            ],
            4,
        )

    def required(self) -> tuple[Column, ...]:
        """Number, tsquery and needle of the phrases."""
        return columns(
            [(n, self._phrase(phrase) or NOTHING, needle(phrase)) for n, phrase in enumerate(self.asked.phrases)],
            3,
        )

    def barred(self) -> tuple[Column, ...]:
        """Tsquery and needle of what must not stand in a text; a word has no needle."""
        known = (word for word in self.asked.without if word in self.literals)
        rows: list[tuple[str, str | None]] = [(any_of(self.literals[word]), None) for word in known]
        phrases = ((self._phrase(phrase), phrase) for phrase in self.asked.without_phrases)
        rows += [(query, needle(phrase)) for query, phrase in phrases if query]
        return columns(rows, 2)

    def mistyped(self, found: Container[int]) -> tuple[Column, ...]:
        """The parameters of mistyped.sql, for the words that were found nowhere and can have a slip."""
        slipped = [
            (n, word.text, allowed)
            for n, word in enumerate(self.asked.words)
            if n not in found and not word.literal and (allowed := bisect(_ONE_MORE_SLIP, len(word.text)))
        ]
        swapped = [(n, swap) for n, word, _ in slipped for swap in swaps(word)]
        return *columns(slipped, 3), *columns(swapped, 2)

    def _phrase(self, phrase: Sequence[str]) -> str | None:
        """A tsquery for texts that hold all words of the phrase; None where the lexicon lacks one of them."""
        if any(word not in self.literals for word in phrase):
            return None
        return " & ".join(f"({any_of(self.literals[word])})" for word in dict.fromkeys(phrase))


def needle(phrase: Sequence[str]) -> str:
    """The phrase as it stands in `search_text.folded`."""
    return f" {' '.join(phrase)} "
