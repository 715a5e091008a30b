"""Verbs on innovation labs. Each runs in one transaction and appends to the log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import idempotency, log
from services.access import access_for_change, check_revision, require_role
from services.audiences import Audience, keys
from services.columns import stored
from services.dates import DateClaim
from services.durations import Duration
from services.errors import ErrorCode, refusal
from services.organisations.organisations import organisation_for_change
from services.organisations.tables import Lab, LabFormat
from services.organisations.terms import Role, TokenScope
from services.reading import Reading, Text
from services.slugs import check_slug
from services.text import TITLE_LIMIT
from services.transaction import transaction
from services.viewer import Viewer

FORMATS_AT_MOST = 100
PARTICIPANTS_AT_MOST = 100

_CASE = 'select id from "case" where slug = {} and audience && {}::text[]'
"""Cases point at organisations, so their table class is not to be had here: the rule stands as SQL, as in a read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Something that a lab offers, such as a seminar of half a day."""

    name: Text
    duration: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabProfile:
    """What a lab says of itself: `participants` meet there, and the case of the slug `case` tells of it."""

    names: Text
    founded: tuple[DateClaim, ...] = ()
    space: Text | None = None
    participants: tuple[Text, ...] = ()
    formats: tuple[Format, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLab(LabProfile):
    """A lab to be created; `organisation` is its organisation's slug.

    Without an `audience` it is public, as is the profile of the organisation that it belongs to.
    """

    slug: str
    organisation: str
    audience: Audience | None = None


async def create_lab(viewer: Viewer, new: NewLab, *, idempotency_key: str | None = None) -> UUID:
    """Add a lab to an organisation."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        organisation = await organisation_for_change(new.organisation, "organisation")
        await require_role(viewer, organisation.id, Role.EDITOR, "write about its labs")
        claim = await idempotency.claim(viewer, "create_lab", idempotency_key, new)
        if claim.made:
            return claim.id
        reader = Reading()
        made = Lab(
            id=claim.id,
            slug=check_slug(new.slug, "slug"),
            organisation=organisation.id,
            audience=await keys(viewer, new.audience or Audience(public=True), organisation.id, "audience"),
            case=await _case(viewer, new.case, reader),
            **_columns(new, reader),
        )
        formats = _formats(made.id, new, reader)
        reader.finish()
        inserted = Lab.insert(made).on_conflict(target=Lab.slug, action="DO NOTHING")
        if not await inserted.returning(Lab.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug")
        if formats:
            await LabFormat.insert(*formats)
        await log.record(viewer, "create_lab", "Lab", made.id, organisation=organisation.id)
    return claim.id


async def edit_lab(
    viewer: Viewer,
    lab_id: UUID | None,
    profile: LabProfile,
    *,
    audience: Audience | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Replace what a lab says of itself; without an audience its readers stay who they are."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        lab = await access_for_change(Lab, viewer, lab_id, "lab", "id")
        await require_role(viewer, lab.organisation, Role.EDITOR, "write about its labs")
        check_revision(expected_version, lab.revision)
        reader = Reading()
        columns = {**_columns(profile, reader), "case": await _case(viewer, profile.case, reader)}
        formats = _formats(lab.id, profile, reader)
        reader.finish()
        readers = await keys(viewer, audience, lab.organisation, "audience") if audience else lab.audience
        await Lab.update(**columns, audience=readers, revision=Lab.revision + 1, updated_at=datetime.now(UTC)).where(
            Lab.id == lab.id
        )
        await LabFormat.delete().where(LabFormat.lab == lab.id)
        if formats:
            await LabFormat.insert(*formats)
        await log.record(viewer, "edit_lab", "Lab", lab.id, organisation=lab.organisation)
    return lab.id


async def _case(viewer: Viewer, slug: str | None, reader: Reading) -> UUID | None:
    """The case of a slug, if the viewer may read it; else the problem is kept in the reader."""
    if slug is None:
        return None
    for row in await Lab.raw(_CASE, slug, list(viewer.keyring)):
        found: UUID = row["id"]
        return found
    reader.problem(ErrorCode.NOT_FOUND, f"There is no case «{slug}».", "case")
    return None


def _columns(profile: LabProfile, reader: Reading) -> dict[str, Any]:
    """The columns of a profile; problems are kept in the reader."""
    _check_length(profile.participants, PARTICIPANTS_AT_MOST, "participants", reader)
    return {
        "names": stored(reader.text(profile.names, "names", limit=TITLE_LIMIT)),
        "founded": stored(reader.dates(profile.founded, "founded")),
        "space": stored(reader.text(profile.space, "space")),
        "participants": stored(reader.texts(profile.participants, "participants")),
    }


def _formats(lab: UUID, profile: LabProfile, reader: Reading) -> list[LabFormat]:
    _check_length(profile.formats, FORMATS_AT_MOST, "formats", reader)
    return [
        LabFormat(
            lab=lab,
            position=place,
            name=stored(reader.text(one.name, "formats", str(place), "name", limit=TITLE_LIMIT)),
            **reader.duration(one.duration, "formats", str(place), "duration"),
        )
        for place, one in enumerate(profile.formats)
    ]


def _check_length(given: tuple[object, ...], longest: int, field: str, reader: Reading) -> None:
    if len(given) > longest:
        reader.problem(ErrorCode.TOO_LONG, f"At most {longest} are kept.", field)
