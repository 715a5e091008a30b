"""Reads of events."""

import strawberry

from schema.compiler.declare import by_slug
from schema.events.lists import events_where
from schema.events.types import Event
from schema.shared import Connection


@strawberry.type
class EventQueries:
    """The part of Query that is about events."""

    event: Event | None = by_slug("The event at an address.")
    events: Connection[Event] = events_where(None, "Events, those recorded last first.")
