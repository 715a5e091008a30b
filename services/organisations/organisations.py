"""Verbs on organisations. Each runs in one transaction and appends to the log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import idempotency, log
from services.access import check_revision, require_role, require_steward, unknown, unknown_slug
from services.columns import stored
from services.errors import ErrorCode, refusal
from services.organisations.keyrings import keyring_change, renew_audiences
from services.organisations.locks import lock_organisation
from services.organisations.rules import (
    Identifier,
    check_identifiers,
    check_place,
    check_website,
)
from services.organisations.tables import Membership, Organisation
from services.organisations.terms import GovernmentLevel, OrganisationKind, Role, TokenScope
from services.reading import Reading, Text, reading
from services.slugs import check_slug
from services.text import TITLE_LIMIT, clean
from services.transaction import transaction
from services.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationProfile:
    """What an organisation says of itself; `parent` is an organisation's slug."""

    names: Text
    kind: OrganisationKind
    level: GovernmentLevel
    country: str
    nuts: str | None = None
    lau: str | None = None
    inhabitants: int | None = None
    identifiers: tuple[Identifier, ...] = ()
    website: str | None = None
    parent: str | None = None
    description: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation(OrganisationProfile):
    """An organisation to be registered."""

    slug: str
    is_sample: bool = False


async def register_organisation(viewer: Viewer, new: NewOrganisation, *, idempotency_key: str | None = None) -> UUID:
    """Add a body to the network. A steward vouches that it is what it says, and becomes its first ADMIN."""
    person = viewer.require_scope(TokenScope.WRITE)
    require_steward(viewer, "register organisations")
    async with keyring_change():
        claim = await idempotency.claim(viewer, "register_organisation", idempotency_key, new)
        if claim.made:
            return claim.id
        reader = await reading([new.parent], [])
        made = Organisation(
            id=claim.id,
            slug=check_slug(new.slug, "slug"),
            is_sample=new.is_sample,
            **_profile(new, reader),
        )
        reader.finish()
        inserted = Organisation.insert(made).on_conflict(target=Organisation.slug, action="DO NOTHING")
        if not await inserted.returning(Organisation.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug")
        await Membership.insert(Membership(person=person, organisation=made.id, role=Role.ADMIN))
        await renew_audiences(persons=[person])
        await log.record(viewer, "register_organisation", "Organisation", made.id, organisation=made.id)
    return claim.id


async def edit_organisation(
    viewer: Viewer,
    organisation_id: UUID | None,
    profile: OrganisationProfile,
    *,
    expected_version: int | None = None,
) -> UUID:
    """Replace an organisation's profile. Its kind decides what it may publish (rule 1), so a steward must set that."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        organisation = await _for_change(organisation_id)
        if not viewer.is_steward:
            await require_role(viewer, organisation.id, Role.ADMIN, "edit its profile")
        check_revision(expected_version, organisation.revision)
        if profile.kind != organisation.kind and not viewer.is_steward:
            raise refusal(ErrorCode.FORBIDDEN, "Only a steward may change what sort of body it is. Ask one.", "kind")
        reader = await reading([profile.parent], [])
        columns = _profile(profile, reader)
        reader.finish()
        if columns["parent"] and await _lies_above(organisation.id, columns["parent"]):
            raise refusal(ErrorCode.INVALID, f"«{profile.parent}» itself belongs to this organisation.", "parent")
        await Organisation.update(**columns, revision=Organisation.revision + 1, updated_at=datetime.now(UTC)).where(
            Organisation.id == organisation.id
        )
        await log.record(viewer, "edit_organisation", "Organisation", organisation.id, organisation=organisation.id)
        if _copied(columns) != _copied(organisation.to_dict()):
            await log.enqueue("index_copies", type="Organisation", id=str(organisation.id))
    return organisation.id


async def organisation_for_change(slug: str, *field: str) -> Organisation:
    """The organisation of a slug; nobody else can change it or its memberships before the transaction ends."""
    found = await lock_organisation(Organisation.slug == slug)
    if found is None:
        raise unknown_slug("organisation", slug, *field)
    return found


async def organisation_named(slug: str, *field: str) -> Organisation:
    """The organisation of a slug, for what does not change it."""
    found = await Organisation.objects().where(Organisation.slug == slug).first()
    if found is None:
        raise unknown_slug("organisation", slug, *field)
    return found


async def _for_change(organisation_id: UUID | None) -> Organisation:
    found = await lock_organisation(Organisation.id == organisation_id) if organisation_id else None
    if found is None:
        raise unknown("organisation", "id")
    return found


def _copied(columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """What stands in the search documents of its cases, rounds, files and of whatever else names it."""
    return json.loads(columns["names"]), columns["level"], columns["country"], columns["nuts"]


async def _lies_above(organisation: UUID, parent: UUID) -> bool:
    """Whether the organisation is `parent`, or one that `parent` belongs to."""
    above = await Organisation.raw(
        "with recursive above(id) as ("
        " select {}::uuid union select o.parent from organisation o join above on o.id = above.id"
        " where o.parent is not null) select from above where id = {}",
        parent,
        organisation,
    )
    return bool(above)


def _profile(profile: OrganisationProfile, reader: Reading) -> dict[str, Any]:
    """The columns of a profile; problems are kept in the reader."""
    identifiers = [Identifier(clean(one.scheme), clean(one.value)) for one in profile.identifiers]
    reader.problems += check_place(profile.country, profile.nuts, profile.lau)
    reader.problems += check_identifiers(identifiers)
    reader.problems += check_website(profile.website)
    return {
        "names": stored(reader.text(profile.names, "names", limit=TITLE_LIMIT)),
        "description": stored(reader.text(profile.description, "description")),
        "kind": profile.kind,
        "level": profile.level,
        "country": profile.country,
        "nuts": profile.nuts,
        "lau": profile.lau,
        "inhabitants": reader.known(profile.inhabitants, "inhabitants"),
        "identifiers": stored([{"scheme": one.scheme, "value": one.value} for one in identifiers]),
        "website": profile.website,
        "parent": reader.organisation(profile.parent, "parent"),
    }
