"""How lists of events may be sorted and narrowed."""

from datetime import date
from enum import Enum
from typing import Any

import strawberry

from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.events.terms import EventKind


@strawberry.enum(description="How events are sorted.")
class EventOrder(Enum):
    """Names of EVENT_ORDERS."""

    NEWEST = strawberry.enum_value("NEWEST", description="Recorded last first.")
    LATEST = strawberry.enum_value("LATEST", description="Begun, or to begin, last first.")
    EARLIEST = strawberry.enum_value("EARLIEST", description="Begun, or to begin, first.")


EVENT_ORDERS = {
    "NEWEST": Order("{event}.listed_at", "timestamptz", descending=True),
    "LATEST": Order("{event}.starts_on", "date", descending=True),
    "EARLIEST": Order("{event}.starts_on", "date"),
}


@strawberry.input(description="Which events; all conditions must hold.")
class EventFilter:
    """Conditions on events."""

    kind: list[EventKind] | None = strawberry.field(default=None, description="One of these kinds.")
    country: list[str] | None = strawberry.field(
        default=None, description="Held in one of these countries (ISO 3166-1)."
    )
    participant_country: list[str] | None = strawberry.field(
        default=None, description="Attended from one of these countries (ISO 3166-1)."
    )
    organisation: str | None = strawberry.field(
        default=None, description="Recorded, hosted or attended by the organisation of this slug."
    )
    from_: date | None = strawberry.field(default=None, name="from", description="Still going on that day, or later.")
    to: date | None = strawberry.field(default=None, description="Begun by that day.")


_ATTENDED_FROM = (
    "exists (select from event_participant p where p.event = {event}.id and p.country = any({value}::text[]))"
)
_OF_ORGANISATION = (
    "exists (select from organisation o where o.slug = {value}::text and (o.id in ({event}.organisation, {event}.host)"
    " or exists (select from event_participant p where p.event = {event}.id and p.organisation = o.id)))"
)

EVENT_FILTERS = {
    "kind": Filter("{event}.kind = any({value}::text[])"),
    "country": Filter("{event}.country = any({value}::text[])"),
    "participantCountry": Filter(_ATTENDED_FROM),
    "organisation": Filter(_OF_ORGANISATION),
    "from": Filter("{event}.ends_on >= {value}::date"),
    "to": Filter("{event}.starts_on <= {value}::date"),
}


def events_where(on: str | None, description: str) -> Any:
    """A connection of the events that a condition on `{target}` finds, or of all."""
    return page(
        description,
        on=on,
        orders=EVENT_ORDERS,
        order_by=EventOrder,
        filters=EVENT_FILTERS,
        filter_type=EventFilter,
    )
