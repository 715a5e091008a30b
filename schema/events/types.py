"""Events as GraphQL shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.artefacts.lists import artefacts_of
from schema.cases.types import Case
from schema.compiler.declare import column, declare, expression, inline, many, one, rows, text
from schema.compiler.sources import Rule
from schema.events.terms import EventKind
from schema.inside import inside
from schema.organisations.types import Organisation
from schema.shared import Connection, LocalisedText, Node
from services.artefacts.tables import Artefact as ArtefactRow
from services.events import tables as t

if TYPE_CHECKING:
    from schema.artefacts.types import Artefact

_INSIDE = f"({inside('{event}.organisation')} or {inside('{event}.host')})"
"""Whether the viewer belongs to the organisation that recorded the event, or to its host."""
_SHOWN = 'from event_case shown where shown.event = {event}.id and shown."case" = {target}.id'


@declare(None, Rule.PART)
@strawberry.type(description="The document that an event was recorded from.")
class EventSource:
    """Where the record comes from; columns of the event that it is inline in."""

    title: str = column(t.Event.source_title, "Its title.")
    publisher: str | None = column(t.Event.source_publisher, "Who published it.")
    published_on: date | None = column(t.Event.source_published_on, "When; null if not dated.")
    url: str | None = column(t.Event.source_url, "Where it can be read.")


@declare(t.EventParticipant, Rule.PART)
@strawberry.type(description="A country that took part, and its organisation where that is known.")
class EventParticipant:
    """A participant."""

    country: str = column(t.EventParticipant.country, "ISO 3166-1 alpha-2 code of the country.")
    organisation: Organisation | None = one(
        t.EventParticipant.organisation, "The organisation that came from there; null if not reported."
    )


@declare(t.EventTheme, Rule.PART)
@strawberry.type(description="Something that was discussed at an event.")
class EventTheme:
    """A theme."""

    statement: LocalisedText = text(t.EventTheme.statement, "What was discussed.")


@declare(t.Event, Rule.AUDIENCE)
@strawberry.type(description="A meeting at which cases were shared. Read by its audience.")
class Event(Node):
    """An event."""

    slug: str = column(t.Event.slug, "Its permanent name in addresses.")
    kind: EventKind = column(t.Event.kind, "What sort of meeting it was.")
    name: LocalisedText = text(t.Event.names, "Its name.")
    summary: LocalisedText | None = text(t.Event.summary, "What happened, in at most 500 characters.")
    start: date = column(t.Event.starts_on, "Its first day.")
    end: date = column(t.Event.ends_on, "Its last day; the first, if it lasted one.")
    place: str | None = column(t.Event.place, "Where it was held; null if not reported.")
    country: str | None = column(
        t.Event.country, "ISO 3166-1 alpha-2 code of the country it was held in; null if not reported."
    )
    host: Organisation | None = one(t.Event.host, "Who invited; null if not reported.")
    organisation: Organisation = one(t.Event.organisation, "Who recorded it and may change the record.")
    participants: list[EventParticipant] = many(t.EventParticipant.event, "Who took part, in the order given.")
    participant_countries: list[str] = expression(
        "array(select p.country from event_participant p where p.event = {event}.id"
        " group by p.country order by min(p.position))",
        "ISO 3166-1 alpha-2 codes of the countries that took part, each once.",
    )
    themes: list[EventTheme] = many(t.EventTheme.event, "What was discussed.")
    cases: list[Case] = rows(
        f"exists (select {_SHOWN})",
        "The cases that were shown, of those that the viewer may read.",
        order=f"(select shown.position {_SHOWN})",
    )
    source_document: EventSource | None = inline("The document it was recorded from.", present=t.Event.source_title)
    artefacts: Connection[Annotated["Artefact", strawberry.lazy("schema.artefacts.types")]] = artefacts_of(
        ArtefactRow.event, "Files from it that the viewer may read, the newest first."
    )
    revision: int | None = expression(
        f"case when {_INSIDE} then {{event}}.revision end",
        "Rises with every change, of links to cases that not everybody reads too; give it back as `expectedVersion`."
        " Null outside the organisations that recorded and hosted it.",
    )
    created_at: datetime = column(t.Event.created_at, "When it was recorded.")
