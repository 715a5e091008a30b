"""Verbs on events."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.table import Table

from services import idempotency, log
from services.access import access_for_change, check_revision, readable, require_role, unknown_slug
from services.audiences import Audience, keys
from services.cases.tables import Case
from services.errors import ErrorCode, refusal
from services.events.content import EventContent
from services.events.rules import check_event
from services.events.tables import Event, EventCase, EventParticipant, EventTheme
from services.organisations.terms import Role, TokenScope
from services.reading import Reading, reading
from services.slugs import check_slug
from services.text import SUMMARY_LIMIT, TITLE_LIMIT, clean
from services.transaction import transaction
from services.viewer import Viewer


async def create_event(
    viewer: Viewer,
    slug: str,
    content: EventContent,
    *,
    organisation: str | None = None,
    audience: Audience | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Record an event for an organisation, its host unless another is named by its slug.

    Needs EDITOR there; a steward may record for every organisation. Without an audience only that organisation reads.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        reader = await _reader(content, organisation)
        recorder = _recorder(reader, content, organisation)
        await _require_editor(viewer, [recorder], "record its events")
        given = (slug, content, organisation, audience)
        claim = await idempotency.claim(viewer, "create_event", idempotency_key, given)
        if claim.made:
            return claim.id
        check_slug(slug, "slug")
        event = Event(
            id=claim.id,
            slug=slug,
            organisation=recorder,
            audience=await keys(viewer, audience or Audience(), recorder, "audience"),
        )
        for name, value in _columns(content, reader).items():
            setattr(event, str(name), value)
        cases = await _cases(viewer, content, reader)
        parts = _parts(event.id, content, cases, reader)
        reader.finish()
        if not await Event.insert(event).on_conflict(target=Event.slug, action="DO NOTHING").returning(Event.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{slug}» is taken; choose another.", "slug")
        await _insert(parts)
        await log.record(viewer, "create_event", "Event", event.id, organisation=recorder)
    return claim.id


async def edit_event(
    viewer: Viewer,
    event_id: UUID | None,
    content: EventContent,
    *,
    audience: Audience | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Replace what is recorded of an event. Needs EDITOR in the organisation that recorded it, or in its host.

    Without an audience its readers stay. Linked cases that the viewer cannot read stay too.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        event = await access_for_change(Event, viewer, event_id, "event", "id")
        await _require_editor(viewer, [event.organisation, *([event.host] if event.host else [])], "change its events")
        check_revision(expected_version, event.revision)
        reader = await _reader(content, None)
        columns = _columns(content, reader)
        cases = [*await _cases(viewer, content, reader), *await _hidden_cases(viewer, event.id)]
        parts = _parts(event.id, content, cases, reader)
        reader.finish()
        readers = await keys(viewer, audience, event.organisation, "audience") if audience else event.audience
        for table in (EventParticipant, EventTheme, EventCase):
            await table.delete().where(table.event == event.id)
        columns |= {"audience": readers, "revision": event.revision + 1, "updated_at": datetime.now(UTC)}
        await Event.update(columns).where(Event.id == event.id)
        await _insert(parts)
        await log.record(viewer, "edit_event", "Event", event.id, organisation=event.organisation)
    return event.id


# -- steps ---------------------------------------------------------------------------------------------------------


async def _require_editor(viewer: Viewer, organisations: list[UUID], to: str) -> None:
    if viewer.is_steward or any(viewer.has_role(one, Role.EDITOR) for one in organisations):
        return
    await require_role(viewer, organisations[0], Role.EDITOR, to)


def _recorder(reader: Reading, content: EventContent, organisation: str | None) -> UUID:
    slug, field = (organisation, "organisation") if organisation else (content.host, "host")
    if slug is None:
        raise refusal(ErrorCode.REQUIRED, "Name the organisation that records the event, or its host.", "organisation")
    found = reader.organisations.get(slug)
    if found is None:
        raise unknown_slug("organisation", slug, field)
    return found


async def _reader(content: EventContent, organisation: str | None) -> Reading:
    reader = await reading([organisation, content.host, *(one.organisation for one in content.participants)], ())
    reader.problems += check_event(content)
    return reader


def _columns(content: EventContent, reader: Reading) -> dict[Column | str, Any]:
    source = content.source_document
    return {
        "kind": content.kind,
        "names": _json(reader.text(content.names, "names", limit=TITLE_LIMIT)),
        "summary": _json(reader.text(content.summary, "summary", limit=SUMMARY_LIMIT)),
        "starts_on": content.start,
        "ends_on": content.end or content.start,
        "place": _line(content.place),
        "country": content.country,
        "host": reader.organisation(content.host, "host"),
        "source_title": _line(source.title) if source else None,
        "source_publisher": _line(source.publisher) if source else None,
        "source_published_on": source.published_on if source else None,
        "source_url": source.url if source else None,
    }


def _parts(event: UUID, content: EventContent, cases: Iterable[UUID], reader: Reading) -> list[list[Table]]:
    return [
        [
            EventParticipant(
                event=event,
                position=place,
                country=one.country,
                organisation=reader.organisation(one.organisation, "participants", str(place), "organisation"),
            )
            for place, one in enumerate(content.participants)
        ],
        [
            EventTheme(event=event, position=place, statement=_json(reader.text(one, "themes", str(place))))
            for place, one in enumerate(content.themes)
        ],
        [EventCase(event=event, position=place, case=one) for place, one in enumerate(dict.fromkeys(cases))],
    ]


async def _cases(viewer: Viewer, content: EventContent, reader: Reading) -> list[UUID]:
    """The cases of the slugs, in order; one that the viewer cannot read is as unknown as one that is not there."""
    if not content.cases:
        return []
    found = await Case.select(Case.id, Case.slug, Case.audience).where(Case.slug.is_in(list(content.cases)))
    known = {row["slug"]: row["id"] for row in found if readable(row["audience"], viewer.keyring)}
    for place, slug in enumerate(content.cases):
        if slug not in known:
            reader.problem(ErrorCode.NOT_FOUND, f"There is no case «{slug}».", "cases", str(place))
    return [known[slug] for slug in content.cases if slug in known]


async def _hidden_cases(viewer: Viewer, event: UUID) -> list[UUID]:
    rows = (
        await EventCase.select(EventCase.case, EventCase.case.audience.as_alias("audience"))
        .where(EventCase.event == event)
        .order_by(EventCase.position)
    )
    return [row["case"] for row in rows if not readable(row["audience"], viewer.keyring)]


async def _insert(parts: list[list[Table]]) -> None:
    for batch in parts:
        if batch:
            await type(batch[0]).insert(*batch)


def _line(given: str | None) -> str | None:
    return clean(given) if given is not None else None


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
