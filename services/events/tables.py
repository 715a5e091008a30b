"""Events, who took part, what was discussed, and the cases that were shown."""

from piccolo.columns import JSONB, Date, ForeignKey, Integer, OnDelete, Text, Varchar
from piccolo.table import Table

from services.cases.tables import Case
from services.columns import Dated, Identified, Ordered, Shareable
from services.events.terms import EventKind
from services.organisations.tables import Organisation


class Event(Identified, Dated, Shareable, Table):
    """A meeting at which cases were shared."""

    slug = Varchar(length=120, unique=True)
    organisation = ForeignKey(
        Organisation, null=False, on_delete=OnDelete.restrict, help_text="Who recorded it; often the host."
    )
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")
    kind = Varchar(length=12, choices=EventKind)
    names = JSONB()
    summary = JSONB(null=True, default=None)
    starts_on = Date()
    ends_on = Date()
    place = Text(null=True, default=None)
    country = Varchar(length=2, null=True, default=None)
    host = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict)
    source_title = Text(null=True, default=None)
    source_publisher = Text(null=True, default=None)
    source_published_on = Date(null=True, default=None)
    source_url = Text(null=True, default=None)


class EventPart(Identified, Ordered):
    """A part of an event; it has no readers of its own."""

    event = ForeignKey(Event, null=False, on_delete=OnDelete.cascade)


class EventParticipant(EventPart, Table):
    """A country, and its organisation where that is known, that took part."""

    country = Varchar(length=2)
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict)


class EventTheme(EventPart, Table):
    """Something that was discussed."""

    statement = JSONB()


class EventCase(EventPart, Table):
    """A case that was shown."""

    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade)
