"""Mutations on events."""

from datetime import date

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.events.terms import EventKind
from schema.events.types import Event
from schema.inputs import AudienceInput, SourceDocumentInput
from schema.payload import Payload, answer, read
from schema.shared import LocalisedTextInput
from services.audiences import Audience
from services.events import events
from services.events.content import EventContent

_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."


@strawberry.input(description="A country that took part, and its organisation where that is known.")
class EventParticipantInput:
    """See services.events.content.Participant."""

    country: str = strawberry.field(description="ISO 3166-1 alpha-2 code of the country.")
    organisation: str | None = strawberry.field(default=None, description="The slug of the organisation.")


@strawberry.input(description="What is recorded of an event.")
class EventContentInput:
    """See services.events.content.EventContent."""

    kind: EventKind = strawberry.field(description="What sort of meeting it was.")
    names: list[LocalisedTextInput] = strawberry.field(description="Its name.")
    start: date = strawberry.field(description="Its first day.")
    end: date | None = strawberry.field(default=None, description="Its last day; leave out if it lasted one.")
    summary: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What happened, in at most 500 characters."
    )
    place: str | None = strawberry.field(default=None, description="Where it was held.")
    country: str | None = strawberry.field(
        default=None, description="ISO 3166-1 alpha-2 code of the country it was held in."
    )
    host: str | None = strawberry.field(default=None, description="The slug of the organisation that invited.")
    participants: list[EventParticipantInput] = strawberry.field(default_factory=list, description="Who took part.")
    themes: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="What was discussed, a text for each theme."
    )
    cases: list[str] = strawberry.field(default_factory=list, description="Slugs of the cases that were shown.")
    source_document: SourceDocumentInput | None = strawberry.field(
        default=None, description="The document that this is recorded from."
    )


@strawberry.input(description="An event to be recorded.")
class CreateEventInput(EventContentInput):
    """Input of createEvent."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    organisation: str | None = strawberry.field(
        default=None, description="The slug of the organisation that records it; without it, the host's."
    )
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it; without it, the organisation that records it."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of createEvent.")
class CreateEventPayload(Payload):
    """Payload of createEvent."""

    event: Event | None = reference("The event.")


@strawberry.input(description="What is to be recorded of an event from now on; it replaces all that was there.")
class EditEventInput(EventContentInput):
    """Input of editEvent."""

    id: strawberry.ID = strawberry.field(description="The event's global id.")
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it; without it, who may now."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of editEvent.")
class EditEventPayload(Payload):
    """Payload of editEvent."""

    event: Event | None = reference("The event.")


@strawberry.type
class EventMutations:
    """The part of Mutation that is about events."""

    @strawberry.mutation(
        description="Record an event. Needs EDITOR in the organisation that records it; stewards may for any."
    )
    async def create_event(self, info: Info[Context, None], input: CreateEventInput) -> CreateEventPayload:
        """See services.events.create_event."""
        call = events.create_event(
            info.context.viewer,
            input.slug,
            read(EventContent, input),
            organisation=input.organisation,
            audience=read(Audience, input.audience) if input.audience else None,
            idempotency_key=input.idempotency_key,
        )
        return await answer(CreateEventPayload, "event", call)

    @strawberry.mutation(
        description="Replace what is recorded of an event. Needs EDITOR in the organisation that recorded it or in its"
        " host; stewards may for any that they can read."
    )
    async def edit_event(self, info: Info[Context, None], input: EditEventInput) -> EditEventPayload:
        """See services.events.edit_event."""
        call = events.edit_event(
            info.context.viewer,
            ids.read(input.id, "Event"),
            read(EventContent, input),
            audience=read(Audience, input.audience) if input.audience else None,
            expected_version=input.expected_version,
        )
        return await answer(EditEventPayload, "event", call)
