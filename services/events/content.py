"""What is recorded of an event; the shapes of the mutations' input."""

from dataclasses import dataclass
from datetime import date

from services.cases.content import SourceDocument
from services.events.terms import EventKind
from services.text import Wording

Text = tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Participant:
    """A country (ISO 3166-1 alpha-2) that took part, and its organisation's slug where that is known."""

    country: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class EventContent:
    """An event. Without `end` it lasted a day; `host` is an organisation's slug, `cases` are slugs."""

    kind: EventKind
    names: Text
    start: date
    end: date | None = None
    summary: Text | None = None
    place: str | None = None
    country: str | None = None
    host: str | None = None
    participants: tuple[Participant, ...] = ()
    themes: tuple[Text, ...] = ()
    cases: tuple[str, ...] = ()
    source_document: SourceDocument | None = None
