"""Text that people read: stored per language, each translation with the way it was made.

In the database: `{"source": "nl", "nl": {"text": …, "language": "nl", "method": "SOURCE"}, "en": {…, "of": 3}}`.
`of` is the version of the source that a translation was made from.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.errors import DomainError, ErrorCode, Problem
from services.terms import Term

SUMMARY_LIMIT = 500
TITLE_LIMIT = 200
"""Characters of a title, which is one line; what may be longer is prose, and has lines."""
TEXT_LIMIT = 20_000
_ISOLATES = str.maketrans("", "", "\u2068\u2069")
"""Snippets mark what matched with these two characters, so stored text must not hold them."""

# Controls, among them those of terminals; what breaks a line; and what turns the reading direction: with U+202E a text
# can hide how it ends.
_NOT_IN_LINES = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NOT_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class TranslationMethod(Term):
    """How a text came to be in its language."""

    SOURCE = "SOURCE", "The language it was written in."
    HUMAN = "HUMAN", "Translated by a person."
    MACHINE = "MACHINE", "Translated by a machine; never a source."
    MACHINE_REVIEWED = "MACHINE_REVIEWED", "Translated by a machine and checked by a person."


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language, as an author gives it."""

    language: str
    text: str
    method: TranslationMethod | None = None


def clean(text: str) -> str:
    """The text in Unicode NFC, without NULs and isolate marks, and without white space around it."""
    return unicodedata.normalize("NFC", text.replace("\x00", "").translate(_ISOLATES)).strip()


def check_line(text: str, *field: str) -> Iterator[Problem]:
    """A text of one line: a name, a title. Nothing in it breaks the line, steers a terminal or turns the direction."""
    yield from _check_seen(_NOT_IN_LINES, text, field)


def check_prose(text: str, *field: str) -> Iterator[Problem]:
    """A text that may have lines and tabs, in any direction, but no other control characters."""
    yield from _check_seen(_NOT_IN_PROSE, text, field)


def check_shape(text: str, limit: int, *field: str) -> Iterator[Problem]:
    """One line where at most TITLE_LIMIT characters are allowed, else prose."""
    yield from (check_prose if limit > TITLE_LIMIT else check_line)(text, *field)


def check_length(text: str, limit: int, *field: str) -> Iterator[Problem]:
    """At most `limit` characters."""
    if len(text) > limit:
        yield Problem(ErrorCode.TOO_LONG, f"It has {len(text)} characters; at most {limit} are allowed.", field)


def as_line(text: str) -> str:
    """The text as one line that `check_line` takes: for what nobody here wrote, and nobody here can mend."""
    return " ".join(_NOT_IN_LINES.sub(" ", clean(text)).split())


def localised(wordings: Iterable[Wording], *field: str, limit: int = TEXT_LIMIT) -> dict[str, Any]:
    """The stored form. The wording whose method is SOURCE, else the first, is the source.

    Raises DomainError: no text, a language twice, two sources, a machine's text as the source, or over `limit`.
    """
    given = [Wording(w.language, clean(w.text), w.method) for w in wordings]
    problems = [*_problems(given, field, limit)]
    if problems:
        raise DomainError(problems)
    source = next((w for w in given if w.method is TranslationMethod.SOURCE), given[0])
    stored: dict[str, Any] = {"source": source.language}
    for wording in given:
        is_source = wording is source
        method = TranslationMethod.SOURCE if is_source else wording.method or TranslationMethod.HUMAN
        stored[wording.language] = {
            "text": wording.text,
            "language": wording.language,
            "method": method.value,
        }
    return stored


def _problems(given: list[Wording], field: tuple[str, ...], limit: int) -> Iterable[Problem]:
    if not given or not any(w.text for w in given):
        yield Problem(ErrorCode.REQUIRED, "Give the text in at least one language.", field)
        return
    languages = [w.language for w in given]
    if len(set(languages)) < len(languages):
        yield Problem(ErrorCode.INVALID, "Give each language once.", field)
    sources = [w for w in given if w.method is TranslationMethod.SOURCE]
    if len(sources) > 1:
        yield Problem(ErrorCode.INVALID, "Only one language can be the source.", field)
    machine = {TranslationMethod.MACHINE, TranslationMethod.MACHINE_REVIEWED}
    if not sources and given[0].method in machine:
        yield Problem(ErrorCode.INVALID, "A machine translation cannot be the source: mark another text so.", field)
    for wording in given:
        if not wording.text:
            yield Problem(ErrorCode.REQUIRED, f"The text in «{wording.language}» is empty.", field)
        yield from check_shape(wording.text, limit, *field)
        if len(wording.text) > limit:
            yield Problem(
                ErrorCode.TOO_LONG,
                f"The text in «{wording.language}» has {len(wording.text)} characters; at most {limit} are allowed.",
                field,
            )


def _check_seen(unseen: re.Pattern[str], text: str, field: tuple[str, ...]) -> Iterator[Problem]:
    found = unseen.search(text)
    if found:
        yield Problem(
            ErrorCode.INVALID,
            f"There is a U+{ord(found[0]):04X} in it, which cannot be seen and does not belong here. Leave it out.",
            field,
        )


def texts_of(stored: Mapping[str, Any] | None) -> dict[str, str]:
    """Language → text, of a stored text; empty for None."""
    if not stored:
        return {}
    return {key: entry["text"] for key, entry in stored.items() if key != "source"}
