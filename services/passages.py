"""Recognise a participant's words again without keeping them, and take them out of texts. Pure functions.

A passage becomes prints: of up to RUN words one for the whole of it, of more one for every RUN words in a row. Words
are compared without case, punctuation, line ends and soft hyphens.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

RUN: Final = 6
TELLING: Final = 3
"""Fewer words are found in anybody's text, so they are no reason to change what people wrote, or to withhold it."""
GAP: Final = "[…]"
"""What stands in a text where words were taken out."""

_WORD: Final = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u00ad])+")
_DIGEST: Final = 16
_RECORD: Final = 1 + _DIGEST

Print = tuple[int, bytes]
"""Of how many words, and their digest."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A text without what was found in it, and the most words in a row that were found; 0: it is as it was."""

    text: str
    longest: int


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [word for word, _, _ in _places(text)]


def prints_of(passages: Iterable[str], salt: bytes) -> frozenset[Print]:
    """The prints of passages. A salt, which is a round's id, keeps those of two rounds from being compared."""
    return frozenset(one for passage in passages for one in _prints(words(passage), salt))


def without(text: str, prints: frozenset[Print], salt: bytes, *, least: int = 1) -> Removal:
    """The text with GAP in place of all that the prints recognise, of passages of `least` words or more."""
    sizes = sorted({size for size, _ in prints if size >= least})
    if not sizes:
        return Removal(text, 0)
    places = _places(text)
    read = [word for word, _, _ in places]
    found = [
        (start, start + size)
        for size in sizes
        for start in range(len(read) - size + 1)
        if (size, _digest(read[start : start + size], salt)) in prints
    ]
    gaps = list(_merged(sorted(found)))
    if not gaps:
        return Removal(text, 0)
    ends = [0, *(places[end - 1][2] for _, end in gaps)]
    starts = [*(places[start][1] for start, _ in gaps), len(text)]
    kept = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return Removal(GAP.join(kept), max(end - start for start, end in gaps))


def overlap(part: str, passage: str) -> bool:
    """Whether a part lies within a passage, or holds the whole passage or TELLING words in a row of it."""
    some, all_of_it = words(part), words(passage)
    if not some or not all_of_it:
        return False
    size = min(TELLING, len(all_of_it))
    runs = {tuple(all_of_it[n : n + size]) for n in range(len(all_of_it) - size + 1)}
    return lies_within(some, all_of_it) or any(tuple(some[n : n + size]) in runs for n in range(len(some)))


def lies_within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether words stand in a row in others."""
    size = len(part)
    return any(list(whole[n : n + size]) == list(part) for n in range(len(whole) - size + 1))


def packed(prints: Iterable[Print]) -> bytes:
    """Prints as they are stored."""
    return b"".join(bytes([size]) + digest for size, digest in sorted(prints))


def unpacked(stored: bytes) -> frozenset[Print]:
    """The prints that were stored."""
    return frozenset((stored[at], stored[at + 1 : at + _RECORD]) for at in range(0, len(stored), _RECORD))


def _prints(read: list[str], salt: bytes) -> Iterator[Print]:
    size = min(RUN, len(read))
    for start in range(len(read) - size + 1 if size else 0):
        yield size, _digest(read[start : start + size], salt)


def _digest(read: Sequence[str], salt: bytes) -> bytes:
    return hashlib.sha256(salt + " ".join(read).encode()).digest()[:_DIGEST]


def _places(text: str) -> list[tuple[str, int, int]]:
    """The words, each with where it begins and ends."""
    return [(_folded(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold()).replace("\u00ad", "")


def _merged(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places in their order, those that overlap or touch as one."""
    begun: tuple[int, int] | None = None
    for start, end in found:
        if begun is not None and start <= begun[1]:
            begun = (begun[0], max(begun[1], end))
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun
