"""What makes the record of an event sound. Pure functions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.cases.content import SourceDocument
from services.countries import check_country
from services.dates import check_order
from services.errors import ErrorCode, Problem
from services.events.content import EventContent, Participant
from services.organisations.rules import check_website
from services.text import check_line, clean

LINE_LIMIT: Final = 500
"""Characters of a place, and of what is said of a document."""

PARTS_LIMIT: Final = 1_000
"""How many participants, themes and cases, each."""


def check_event(event: EventContent) -> Iterator[Problem]:
    """It does not end before it begins, its countries exist, and lists and lines keep to their limits."""
    yield from check_order(event.start, event.end, "end")
    if event.country is not None:
        yield from check_country(event.country, "country")
    if event.place is not None:
        yield from _check_line(event.place, "place")
    for name, parts in (("participants", event.participants), ("themes", event.themes), ("cases", event.cases)):
        if len(parts) > PARTS_LIMIT:
            yield Problem(ErrorCode.TOO_LONG, f"At most {PARTS_LIMIT} can be recorded.", (name,))
    yield from _check_participants(event.participants)
    if event.source_document is not None:
        yield from _check_source(event.source_document)


def _check_participants(participants: Sequence[Participant]) -> Iterator[Problem]:
    known: set[Participant] = set()
    for place, one in enumerate(participants):
        path = ("participants", str(place))
        yield from check_country(one.country, *path, "country")
        if one in known:
            yield Problem(ErrorCode.INVALID, "Name each participant once.", path)
        known.add(one)


def _check_source(source: SourceDocument) -> Iterator[Problem]:
    yield from _check_line(source.title, "sourceDocument", "title")
    if source.publisher is not None:
        yield from _check_line(source.publisher, "sourceDocument", "publisher")
    yield from (replace(problem, field=("sourceDocument", "url")) for problem in check_website(source.url))


def _check_line(line: str, *field: str) -> Iterator[Problem]:
    if not 1 <= len(clean(line)) <= LINE_LIMIT:
        yield Problem(ErrorCode.INVALID, f"Give 1 to {LINE_LIMIT} characters, or leave it out.", field)
    yield from check_line(clean(line), *field)
