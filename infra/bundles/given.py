"""What stands in a bundle, with the line it stands on, and what is wrong with it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Given:
    """A text, a list, a map or nothing at one place of a file. `line` counts from 1; in a map it is the key's."""

    value: "str | list[Given] | dict[str, Given] | None"
    line: int
    path: Path = ()

    def at(self, path: Iterable[str | int]) -> "Given":
        """What stands at a path below this, or the nearest thing above it where the path leads nowhere."""
        found = self
        for step in path:
            match found.value, step:
                case dict() as fields, str() if step in fields:
                    found = fields[step]
                case list() as items, int() if step < len(items):
                    found = items[step]
                case _:
                    break
        return found


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a bundle, and where."""

    file: str
    line: int
    path: Path
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {written(self.path)}: {self.message}" if self.path else f"{place}: {self.message}"


class BundleError(Exception):
    """A bundle cannot be read. Its text has a line for each problem: the file, the line, the place, what is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def written(path: Path) -> str:
    """A path as people write it: `cases[0].content.summary`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def steps(field: Iterable[str]) -> Path:
    """The path of a refusal, whose indices travel as text."""
    return tuple(int(step) if _NUMBER.fullmatch(step) else step for step in field)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A sentence that offers the nearest of some words, or all of them."""
    known = sorted(words)
    near = get_close_matches(word.casefold(), [one.casefold() for one in known], n=1)
    for one in known:
        if near and one.casefold() == near[0]:
            return f"Did you mean «{one}»?"
    return f"Known are: {', '.join(known)}."
