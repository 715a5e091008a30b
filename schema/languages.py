"""The languages of texts, and which one a request wants."""

import re
from functools import lru_cache

from services.languages import LanguageCode

_KNOWN = frozenset(code.value for code in LanguageCode)
_RANGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")
WANTED_AT_MOST = 3
"""How many languages of a request are looked at before a text falls back to its source."""


@lru_cache(maxsize=1_024)
def wanted(accept_language: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header, best first, regions dropped: `nl-BE, en;q=0.8` → nl, en."""
    ranges: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        match = _RANGE.fullmatch(part)
        if match:
            ranges.append((-float(match[2] or 1), match[1].lower()))
    best = dict.fromkeys(
        code for quality, code in sorted(ranges, key=lambda item: item[0]) if quality and code in _KNOWN
    )
    return tuple(best)[:WANTED_AT_MOST]
