"""Put a search document together from stored texts and concepts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.concepts.tables import Concept
from services.organisations.tables import Organisation
from services.search.ports import DocumentText
from services.text import texts_of

Stored = Mapping[str, Any] | str | None


@dataclass(slots=True)
class Composition:
    """Gathers what each language says, field by field."""

    _said: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    _labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: str, *stored: Stored) -> None:
        """Add stored texts, or JSON lists of them, to `title`, `summary` or `body`."""
        for one in stored:
            value = json.loads(one) if isinstance(one, str) else one
            for text in value if isinstance(value, list) else [value]:
                for language, words in texts_of(text).items():
                    self._said[language][place].append(words)

    def plain(self, place: str, language: str, words: str | None) -> None:
        """Add words that are not a stored text."""
        if words:
            self._said[language][place].append(words)

    async def file_under(self, concepts: Iterable[UUID]) -> dict[str, list[str]]:
        """Add the labels of concepts in every language; gives their notations by scheme."""
        wanted = list(dict.fromkeys(concepts))
        notations: dict[str, list[str]] = defaultdict(list)
        if not wanted:
            return notations
        for row in await Concept.select().where(Concept.id.is_in(wanted)).output(load_json=True):
            notations[row["scheme"]].append(row["notation"])
            for language, label in row["labels"].items():
                self._labels[language].append(label)
            for language, labels in row["alternatives"].items():
                self._labels[language] += labels
        return notations

    def texts(self) -> dict[str, DocumentText]:
        """What each language says; a language that only has labels says only those."""
        return {
            language: DocumentText(
                title=" ".join(self._said[language]["title"]),
                summary="\n".join(self._said[language]["summary"]),
                body="\n".join(self._said[language]["body"]),
                terms=", ".join(self._labels[language]),
            )
            for language in sorted({*self._said, *self._labels})
        }

    def written_in(self) -> tuple[str, ...]:
        """The languages in which something was said."""
        return tuple(sorted(language for language, said in self._said.items() if any(said.values())))


def place_of(organisation: Organisation) -> dict[str, tuple[str, ...]]:
    """The facets by which one finds what an organisation answers for."""
    return {
        "organisation": (organisation.slug,),
        "level": (organisation.level,),
        "country": (organisation.country,),
        "nuts": nuts_prefixes(organisation.nuts),
    }


def nuts_prefixes(code: str | None) -> tuple[str, ...]:
    """Every region that a code lies in: BE213 → BE, BE2, BE21, BE213."""
    return tuple(code[:length] for length in range(2, len(code) + 1)) if code else ()
