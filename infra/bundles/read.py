"""From a file to a Bundle: YAML without its traps, every value with the line it stands on.

Values stay texts here. What is a number or a date is decided by the field that it is given for, so `NO` is a country
and not a falsehood, and `013029` keeps its zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.bundles.given import BundleError, Given, Problem, did_you_mean
from infra.bundles.given import Path as Place

FORMAT = "1"
LARGEST = 4 * 1024 * 1024
"""Bytes. More than this is better split: a file is read and checked as a whole."""

SECTIONS = ("concepts", "organisations", "networks", "labs", "cases", "testRounds", "practices", "events")
_DEEPEST = 40
_VALUES = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)
_UNTAGGED = frozenset({None, "!"})
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# The one in C is a tenth of the time; both read the same language.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The things of a file, by section. `name` is how messages call the file."""

    name: str
    sections: Mapping[str, tuple[Given, ...]]


def read_bundle(source: Path | str, name: str | None = None) -> Bundle:
    """The bundle of a file, or of a text; messages call it `name`, or a file as it is called.

    Raises BundleError when there is no such file, or when it is not a bundle of this format.
    """
    if isinstance(source, Path):
        name = name or source.name
        text = _text(source, name)
    else:
        name, text = name or "bundle", source
    if len(text.encode()) > LARGEST:
        raise _error(name, 0, f"The file is larger than {LARGEST // 1024**2} MiB. Split it into several.")
    return _bundle(name, _tree(name, text))


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1).decode("utf-8-sig")
    except OSError as error:
        raise _error(name, 0, f"The file cannot be read: {error.strerror}. Its path is {path}.") from None
    except UnicodeDecodeError as error:
        raise _error(name, 0, f"The file is not UTF-8: its byte {error.start} is no text.") from None


def _bundle(name: str, root: Given) -> Bundle:
    if not isinstance(root.value, dict):
        raise _error(name, root.line, "A bundle is a map of sections; its first line is `serra: 1`.")
    fields: Mapping[str, Given] = root.value
    version = fields.get("serra")
    if version is None:
        raise _error(name, root.line, "This does not say that it is a bundle: write `serra: 1` as its first line.")
    if version.value != FORMAT:
        raise _error(name, version.line, f"This Serra reads bundles of format {FORMAT}.", "serra")
    problems: list[Problem] = []
    sections: dict[str, tuple[Given, ...]] = {}
    for key, given in fields.items():
        match given.value:
            case _ if key == "serra":
                continue
            case _ if key not in SECTIONS:
                advice = did_you_mean(key, SECTIONS)
                problems.append(Problem(name, given.line, (key,), f"There is no such section. {advice}"))
            case None:
                continue
            case list() as things:
                sections[key] = tuple(things)
            case _:
                problems.append(Problem(name, given.line, (key,), "A section is a list: begin each thing with `- `."))
    if problems:
        raise BundleError(problems)
    return Bundle(name, sections)


# -- YAML ----------------------------------------------------------------------------------------------------------


def _tree(name: str, text: str) -> Given:
    try:
        # Event by event, so that what nests too deep is refused before the parser has gone far into it.
        return _Document(name, yaml.parse(text, Loader=_LOADER)).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _error(name, mark.line + 1 if mark else 0, f"This is not YAML: {error.problem or error}.") from None
    except yaml.reader.ReaderError as error:
        raise _error(name, 0, f"This is not YAML: its character {error.position} is {error.reason}.") from None


@dataclass(slots=True)
class _Document:
    """Builds the tree from YAML's events; refuses what a bundle has no use for."""

    name: str
    events: Iterator[yaml.Event]

    def read(self) -> Given:
        """The only document of the file."""
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            raise _error(self.name, 1, "The file is empty.")
        found = self._given(next(self.events), ())
        next(self.events)  # the end of the document
        if not isinstance(after := next(self.events), yaml.StreamEndEvent):
            raise self._refused(after, (), "A bundle is one document: leave out `---`.")
        return found

    def _given(self, event: yaml.Event, path: Place, line: int | None = None) -> Given:
        line = line or _line(event)
        if not isinstance(event, _VALUES) or event.anchor is not None:
            raise self._refused(event, path, "Anchors (&) and aliases (*) are not read: write the value out.")
        if event.tag not in _UNTAGGED:
            raise self._refused(event, path, f"Tags such as {event.tag} are not read: leave it out.")
        if len(path) > _DEEPEST:
            raise self._refused(event, path, f"This is nested deeper than {_DEEPEST} levels.")
        match event:
            case yaml.ScalarEvent(value=value, style=style):
                # The parser in C calls plain scalars "", the one in Python None.
                return Given(None if not style and value in _NOTHING else value, line, path)
            case yaml.SequenceStartEvent():
                return Given(self._items(path), line, path)
            case _:
                return Given(self._fields(path), line, path)

    def _items(self, path: Place) -> list[Given]:
        found: list[Given] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._given(event, (*path, len(found))))
        return found

    def _fields(self, path: Place) -> dict[str, Given]:
        found: dict[str, Given] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag not in _UNTAGGED:
                raise self._refused(event, path, "A key is a single word.")
            key: str = event.value
            line = _line(event)
            if key in found:
                again = f"«{key}» stands here twice, first in line {found[key].line}. Keep one."
                raise self._refused(event, (*path, key), again)
            found[key] = self._given(next(self.events), (*path, key), line)
        return found

    def _refused(self, event: yaml.Event, path: Place, message: str) -> BundleError:
        return _error(self.name, _line(event), message, *path)


def _line(event: yaml.Event) -> int:
    """The line an event begins on, from 1; the parser gives every event that a text has such a mark."""
    return event.start_mark.line + 1 if event.start_mark else 0


def _error(name: str, line: int, message: str, *path: str | int) -> BundleError:
    return BundleError([Problem(name, line, path, message)])
