"""Which variables shape a plan, and which only fill it.

A plan is kept for a document and a *shape* of its variables: which are given, their booleans, enum values and the
keys of their objects. Everything else (strings, numbers, lists) is replaced by a `Traced` place before planning, so
that it can only ever become an SQL parameter.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Traced:
    """The place of a value among the request's variables."""

    path: tuple[str, ...]


def shape(value: Any) -> Hashable:
    """What of the value decides the plan."""
    if type(value) is str:
        return "str"
    if isinstance(value, dict):
        return tuple((key, shape(item)) for key, item in value.items())
    if value is None or isinstance(value, bool | Enum):
        return value
    return type(value).__name__


def trace(value: Any, path: tuple[str, ...] = ()) -> Any:
    """The value with every part that only fills a plan replaced by its place."""
    if isinstance(value, dict):
        return {key: trace(item, (*path, key)) for key, item in value.items()}
    if value is None or isinstance(value, bool | Enum):
        return value
    return Traced(path)


def fill(value: Any, variables: Mapping[str, Any]) -> Any:
    """The value with every place filled from the request's variables."""
    if isinstance(value, Traced):
        found: Any = variables
        for key in value.path:
            found = found[key]
        return found
    if isinstance(value, dict):
        return {key: fill(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, variables) for item in value]
    return value
