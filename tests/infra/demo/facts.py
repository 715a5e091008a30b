"""What the five sources of the demo say, fact by fact, with the query that answers each.

A fact is compared with the whole answer. `Mentions` and `Includes` stand where the words or the order are the
demo's own and only the fact counts.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """Equal to a text that has all of these words."""

    words: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and all(word.casefold() in other.casefold() for word in self.words)

    def __hash__(self) -> int:
        return hash(self.words)


@dataclass(frozen=True, slots=True, eq=False)
class Includes:
    """Equal to a list that has all of these, whatever else it has."""

    entries: tuple[Any, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and all(any(entry == one for one in other) for entry in self.entries)

    def __hash__(self) -> int:
        return hash(len(self.entries))


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said, and where it is found: a selection on a root field, and what it gives."""

    says: str
    root: str
    selection: str
    expected: Any

    def __str__(self) -> str:
        return self.says


def mentions(*words: str) -> Any:
    """A text with these words."""
    return {"text": Mentions(words)}


def includes(*entries: Any) -> Any:
    """A list with these entries."""
    return Includes(entries)


def of_case(slug: str) -> Any:
    """Makes facts about a case."""
    return lambda says, selection, expected: Fact(says, f'case(slug: "{slug}")', selection, expected)


NO_DATE: tuple[str, str, Any] = ("no date is reported", "start { value } end { value }", {"start": [], "end": []})
