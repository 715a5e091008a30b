"""From a row of the index to a hit: the language that answered best, and its snippets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from infra.search.postgres.lexemes import Meaning
from infra.search.snippets import Match, Recogniser, passage
from services.search.ports import SearchHit, Snippet

BODY_LENGTH: Final = 20_000
"""How much of a body is read for snippets, in characters."""

_FIELDS: Final = (("title", 100), ("summary", 70), ("body", 50), ("terms", 85))
"""A text's fields in the order that the index hands them out, and what a word in them is worth."""


@dataclass(frozen=True, slots=True)
class Found:
    """One language's text, and where it answers."""

    language: str
    fields: Mapping[str, str]
    found: Mapping[str, Sequence[Match]]

    @property
    def points(self) -> int:
        """What its own words are worth: each word of the question once, where it counts most."""
        best: dict[int, int] = {}
        for name, worth in _FIELDS:
            for match in self.found[name]:
                best[match.n] = max(best.get(match.n, 0), worth)
        return sum(best.values())


@dataclass(frozen=True, slots=True)
class Page:
    """Makes hits of one page's rows: it knows the question's words in every language that it meets."""

    meanings: Sequence[Meaning]
    languages: Sequence[str]
    most_points: int
    recognisers: dict[str, Recogniser] = field(default_factory=dict)

    def hit(self, row: Mapping[str, Any]) -> SearchHit:
        """The hit for a row. `most_points` is what a perfect answer would have."""
        texts = [self._found(language, fields) for language, fields in (row["texts"] or {}).items()]
        best = _best(texts, row["written_in"], self.languages)
        return SearchHit(
            type=row["type"],
            id=UUID(row["id"]),
            score=min(1.0, row["points"] / self.most_points) if self.most_points else 1.0,
            language=best.language if best else "",
            snippets=_snippets(best, texts) if best else (),
        )

    def _found(self, language: str, fields: Sequence[str]) -> Found:
        recogniser = self.recognisers.setdefault(language, self._recogniser(language))
        named = {name: text for (name, _), text in zip(_FIELDS, fields, strict=True)}
        found = {name: recogniser.matches(text) for name, text in named.items()}
        return Found(language, named, found)

    def _recogniser(self, language: str) -> Recogniser:
        numbered = list(enumerate(self.meanings))
        return Recogniser(
            {word: n for n, meaning in reversed(numbered) for word in meaning.marks.get(language, ())},
            [(meaning.beginning, n) for n, meaning in numbered if meaning.beginning],
        )


def _best(texts: Sequence[Found], written_in: Sequence[str], languages: Sequence[str]) -> Found | None:
    """The text that answers best among those that were really written; the reader's own language where two do.

    A language that the thing only has terms in lets it be found, but there is nothing to read in it.
    """
    written = [text for text in texts if text.language in written_in] or list(texts)
    preference = [*languages, *written_in]

    def rank(text: Found) -> tuple[int, int, str]:
        order = preference.index(text.language) if text.language in preference else len(preference)
        return -text.points, order, text.language

    return min(written, key=rank, default=None)


def _snippets(best: Found, texts: Sequence[Found]) -> tuple[Snippet, ...]:
    own = [
        Snippet(name, passage(best.fields[name], best.found[name]))
        for name in ("title", "summary", "body")
        if best.found[name]
    ]
    if own:
        return tuple(own)
    by_terms = max(texts, key=lambda text: (len({match.n for match in text.found["terms"]}), text is best))
    if not by_terms.found["terms"]:
        return ()
    return (Snippet("terms", passage(by_terms.fields["terms"], by_terms.found["terms"])),)
