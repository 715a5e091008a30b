"""Invariants of concepts. Pure functions; SKOS is the W3C's Simple Knowledge Organization System."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.errors import ErrorCode, Problem
from services.links import check_source
from services.text import check_line

SCHEMES = ("cofog", "eurovoc", "method", "target-group", "topic")
LABEL_LIMIT = 200
NOTATION_LIMIT = 120
URI_LIMIT = 2_000
ALTERNATIVES_AT_MOST = 100
CONCEPTS_AT_MOST = 200
"""How many concepts one request may define."""

_NOTATION = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\"<>\\^`{|}]+")

Name = tuple[str, str]
"""A concept's scheme and notation."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in one language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels in one language."""

    language: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A concept as a steward defines it. `broader` is the notation of the wider concept, in the same scheme."""

    scheme: str
    notation: str
    pref_label: tuple[Label, ...]
    alt_labels: tuple[Labels, ...] = ()
    uri: str | None = None
    broader: str | None = None

    @property
    def name(self) -> Name:
        """What the concept is known by."""
        return self.scheme, self.notation


def check_definitions(given: Sequence[Definition]) -> Iterator[Problem]:
    """Not too many at once, each well formed, none twice."""
    if not given:
        yield Problem(ErrorCode.REQUIRED, "Give at least one concept.", ("concepts",))
    if len(given) > CONCEPTS_AT_MOST:
        yield Problem(
            ErrorCode.TOO_LONG, f"At most {CONCEPTS_AT_MOST} concepts fit one request; send the rest in another.",
            ("concepts",),
        )  # fmt: skip
        return
    seen: set[Name] = set()
    for place, one in enumerate(given):
        path = ("concepts", str(place))
        yield from _check_name(one, path)
        yield from _check_labels(one, path)
        if one.name in seen:
            yield Problem(ErrorCode.INVALID, f"«{one.notation}» of {one.scheme} is defined twice.", path)
        seen.add(one.name)


def _check_name(one: Definition, path: tuple[str, ...]) -> Iterator[Problem]:
    if one.scheme not in SCHEMES:
        yield Problem(
            ErrorCode.INVALID, f"There is no scheme «{one.scheme}»: choose {', '.join(SCHEMES)}.", (*path, "scheme")
        )
    if len(one.notation) > NOTATION_LIMIT or not _NOTATION.fullmatch(one.notation):
        yield Problem(
            ErrorCode.INVALID,
            f"A notation is letters and digits with single hyphens or dots, at most {NOTATION_LIMIT}: «focus-group».",
            (*path, "notation"),
        )
    if one.uri is not None and (len(one.uri) > URI_LIMIT or not _URI.fullmatch(one.uri) or any(check_source(one.uri))):
        yield Problem(ErrorCode.INVALID, f"«{one.uri}» is no absolute URI.", (*path, "uri"))


def _check_labels(one: Definition, path: tuple[str, ...]) -> Iterator[Problem]:
    """SKOS S14: one preferred label a language; S13: no label is preferred and alternative at once."""
    if not one.pref_label:
        yield Problem(ErrorCode.REQUIRED, "Give a label in at least one language.", (*path, "prefLabel"))
    if len({label.language for label in one.pref_label}) < len(one.pref_label):
        yield Problem(ErrorCode.INVALID, "Give each language once.", (*path, "prefLabel"))
    if len({labels.language for labels in one.alt_labels}) < len(one.alt_labels):
        yield Problem(ErrorCode.INVALID, "Give each language once.", (*path, "altLabels"))
    if sum(len(labels.texts) for labels in one.alt_labels) > ALTERNATIVES_AT_MOST:
        yield Problem(
            ErrorCode.TOO_LONG, f"At most {ALTERNATIVES_AT_MOST} alternative labels are kept.", (*path, "altLabels")
        )
    for place, label in enumerate(one.pref_label):
        yield from _check_length(label.text, (*path, "prefLabel", str(place), "text"))
    preferred = {label.language: label.text for label in one.pref_label}
    for place, labels in enumerate(one.alt_labels):
        for number, text in enumerate(labels.texts):
            at = (*path, "altLabels", str(place), "texts", str(number))
            yield from _check_length(text, at)
            if text == preferred.get(labels.language) or text in labels.texts[:number]:
                message = f"«{text}» stands there already; an alternative label differs from the others."
                yield Problem(ErrorCode.INVALID, message, at)


def _check_length(text: str, path: tuple[str, ...]) -> Iterator[Problem]:
    if not 1 <= len(text) <= LABEL_LIMIT:
        yield Problem(ErrorCode.INVALID, f"A label has 1 to {LABEL_LIMIT} characters.", path)
    yield from check_line(text, *path)


def check_broader(given: Sequence[Definition], broader: Mapping[Name, Name | None]) -> Iterator[Problem]:
    """Each wider concept exists, and none is wider than itself, however far up.

    `broader` says so of every concept of the schemes concerned, as it will be with the definitions.
    """
    for place, one in enumerate(given):
        path = ("concepts", str(place), "broader")
        if one.broader is None:
            continue
        if (one.scheme, one.broader) not in broader:
            yield Problem(ErrorCode.NOT_FOUND, f"There is no concept «{one.broader}» in {one.scheme}.", path)
        elif _is_wider_than_itself(one.name, broader):
            yield Problem(ErrorCode.INVALID, f"«{one.broader}» is itself narrower than this concept.", path)


def _is_wider_than_itself(name: Name, broader: Mapping[Name, Name | None]) -> bool:
    passed: set[Name] = set()
    above = broader.get(name)
    while above is not None and above not in passed:
        if above == name:
            return True
        passed.add(above)
        above = broader.get(above)
    return False
