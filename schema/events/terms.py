"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.events.terms import (
    EventKind,
)

__all__ = [
    "EventKind",
]

show(EventKind)
