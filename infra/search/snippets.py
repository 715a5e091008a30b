"""Passages that show where a text answers, marked as `services.search.ports.Snippet` says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.search.words import CLOSE_MARK, OPEN_MARK, fold, runs, starting_with

PASSAGE_LENGTH = 240


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the text that is word `n` of the question."""

    start: int
    end: int
    n: int


class Recogniser(dict[str, int | None]):
    """Which word of the question a word of a text is, by its number; None for none of them.

    `known` are folded words, `beginnings` what folded words may start with. It remembers what it saw.
    """

    def __init__(self, known: Mapping[str, int], beginnings: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        self._known = known
        self._beginnings = beginnings
        self._worth_a_look = starting_with({word[0] for word in [*known, *(one for one, _ in beginnings)]})

    def __missing__(self, written: str) -> int | None:
        word = fold(written)
        n = self._known.get(word)
        if n is None:
            n = next((n for beginning, n in self._beginnings if word.startswith(beginning)), None)
        self[written] = n
        return n

    def matches(self, text: str) -> list[Match]:
        """Every word of the text that the question asks for."""
        return [
            Match(run.start(), run.end(), n)
            for run in runs(text, self._worth_a_look)
            if (n := self[run.group()]) is not None
        ]


def passage(text: str, found: Sequence[Match], length: int = PASSAGE_LENGTH) -> str:
    """The stretch of about `length` characters with most of the question's words, cut at words, marked."""
    if len(text) <= length:
        return _marked(text, found, 0, len(text))
    first, last = _densest(found, length)
    spare = max(0, length - (found[last].end - found[first].start))
    start = _word_start(text, max(0, min(found[first].start - spare // 3, len(text) - length)))
    start = min(start, found[first].start)
    end = _word_end(text, max(found[last].end, min(len(text), start + length)))
    marked = _marked(text, found, start, end)
    return f"{'… ' if start else ''}{marked.strip()}{' …' if end < len(text) else ''}"


def _densest(found: Sequence[Match], length: int) -> tuple[int, int]:
    """The first and last match of the best window: most different words, then most matches, then earliest."""
    best, best_window = (0, 0), (0, 0)
    counts: dict[int, int] = {}
    first = 0
    for last, match in enumerate(found):
        counts[match.n] = counts.get(match.n, 0) + 1
        while match.end - found[first].start > length and first < last:
            leaving = found[first].n
            counts[leaving] -= 1
            if not counts[leaving]:
                del counts[leaving]
            first += 1
        worth = (len(counts), last - first + 1)
        if worth > best:
            best, best_window = worth, (first, last)
    return best_window


def _marked(text: str, found: Sequence[Match], start: int, end: int) -> str:
    pieces = []
    at = start
    for match in found:
        if match.start >= at and match.end <= end:
            pieces += [text[at : match.start], OPEN_MARK, text[match.start : match.end], CLOSE_MARK]
            at = match.end
    return "".join([*pieces, text[at:end]])


def _word_start(text: str, at: int) -> int:
    """The first place from `at` on where a word begins."""
    if at == 0 or text[at - 1].isspace():
        return at
    space = next((place for place in range(at, min(len(text), at + 40)) if text[place].isspace()), None)
    return at if space is None else space + 1


def _word_end(text: str, at: int) -> int:
    """The last place up to `at` where a word ends."""
    if at >= len(text) or text[at].isspace():
        return min(at, len(text))
    space = next((place for place in range(at, max(0, at - 40), -1) if text[place].isspace()), None)
    return at if space is None else space
