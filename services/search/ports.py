"""What the domain asks of a search engine, and the shapes that cross that line.

One document stands for one thing (a case, a round, a practice …) in all its languages. An engine may hold
things that a reader must not see, so every question carries the reader's keyring and an engine answers — hits,
snippets, totals and facets alike — only from documents whose audience intersects it, and their whole's where they
have one. How long it takes must not tell of the others either. Every keyring holds `public`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

SEARCHABLE_TYPES = ("Artefact", "Case", "Event", "Lab", "Network", "Organisation", "Practice", "TestRound")
"""The GraphQL types of what can be searched; a change of one of them is followed by an `index` job."""

FACETS = (
    "type",
    "kind",
    "country",
    "nuts",
    "level",
    "language",
    "topic",
    "targetGroup",
    "method",
    "stage",
    "status",
    "organisation",
)
"""The facet names an engine counts. `nuts` holds every prefix of a code (BE, BE2, BE21, BE213)."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What one language says of a thing.

    `terms` are the labels, in this language, of the concepts that the thing is filed under. They let a question
    in a language that the thing was not written in still find it.
    """

    title: str
    summary: str = ""
    body: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing as the index holds it. `written_in` are the languages it was really written in.

    `whole_audience` are the keys of which a reader must hold one besides: a part is read only with its whole.
    """

    type: str
    id: UUID
    audience: tuple[str, ...]
    texts: Mapping[str, DocumentText]
    written_in: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    listed_at: datetime
    whole_audience: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What a reader asks. `filters` maps a facet to the values of which one must hold; an empty `text` lists all."""

    text: str
    keyring: tuple[str, ...]
    languages: tuple[str, ...] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of a field; what matched stands between U+2068 and U+2069, which no stored text may contain."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A thing that answers. `language` is the one of its languages that answered best; `score` is 0–1."""

    type: str
    id: UUID
    score: float
    language: str
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class FacetBucket:
    """How many of the answers carry this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of hits, the number of all hits, and their facet counts. `degraded`: a stand-in engine answered."""

    total: int
    hits: tuple[SearchHit, ...]
    facets: Mapping[str, tuple[FacetBucket, ...]]
    degraded: bool = False


class SearchEngineUnavailable(Exception):
    """The engine cannot be reached or did not answer in time. The question may be put to another engine."""


class SearchEngine(Protocol):
    """An index of the network's things. Every method may be repeated without harm."""

    async def prepare(self) -> None:
        """Create or update the index's settings. Safe while the index is in use."""

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Index the documents, replacing earlier ones of the same type and id; returns when they can be found."""

    async def remove(self, things: Sequence[tuple[str, UUID]]) -> None:
        """Forget the things (type, id); returns when they can no longer be found."""

    async def ask(self, question: SearchQuestion) -> SearchAnswer:
        """Answer a question. Raises SearchEngineUnavailable."""

    async def healthy(self) -> bool:
        """Whether the engine answers now."""
