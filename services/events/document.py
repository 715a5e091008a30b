"""An event as the search index holds it."""

from uuid import UUID

from services.events.tables import Event, EventParticipant, EventTheme
from services.organisations.tables import Organisation
from services.search.compose import Composition, nuts_prefixes
from services.search.ports import SearchDocument


async def document(event_id: UUID) -> SearchDocument | None:
    """The event's document, found by its country and by those of its host; None when there is no such event."""
    event = await Event.objects().where(Event.id == event_id).first()
    if event is None:
        return None
    said = Composition()
    said.add("title", event.names)
    said.add("summary", event.summary)
    themes = await EventTheme.select(EventTheme.statement).where(EventTheme.event == event_id)
    said.add("body", *(row["statement"] for row in themes))
    took_part = await EventParticipant.select(EventParticipant.organisation).where(EventParticipant.event == event_id)
    concerned = {event.organisation, event.host, *(row["organisation"] for row in took_part)} - {None}
    organisations = await Organisation.objects().where(Organisation.id.is_in(list(concerned)))
    for organisation in organisations:
        said.add("body", organisation.names)
    for language in said.written_in():
        said.plain("body", language, event.place)
    main = next(one for one in organisations if one.id == (event.host or event.organisation))
    return SearchDocument(
        type="Event",
        id=event_id,
        audience=tuple(event.audience),
        texts=said.texts(),
        written_in=said.written_in(),
        facets={
            "kind": (event.kind,),
            "organisation": tuple(sorted(one.slug for one in organisations)),
            "level": (main.level,),
            "country": (event.country or main.country,),
            "nuts": nuts_prefixes(main.nuts) if event.country in {None, main.country} else (),
            "language": said.written_in(),
        },
        listed_at=event.listed_at,
    )
