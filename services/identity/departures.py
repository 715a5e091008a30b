"""A membership ends, and with it what signed the person in for the organisation.

Whoever leaves by themselves is unknown to the organisation's provider from then on: what it says of them later makes
nobody a member who has not said so. Whom an ADMIN takes out has not left; they may come back as who they are.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services import log
from services.identity.tables import ExternalIdentity, Session
from services.organisations import members
from services.organisations.keyrings import keyring_change
from services.organisations.organisations import organisation_for_change
from services.organisations.tables import Membership, PersonalToken
from services.organisations.terms import TokenScope
from services.viewer import Viewer

ACTION: Final = "end_sign_ins"
_CUT_LATELY: Final = """
    select from log where subject_type = 'Person' and subject_id = {} and person = subject_id and at > {}
        and action = {} and detail -> 'identities' is not null limit 1
"""


async def leave_organisation(viewer: Viewer, organisation_slug: str) -> UUID:
    """Leave as `members.leave_organisation` says, or cut the tie to a provider alone, of who is a member no longer."""
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = (await organisation_for_change(organisation_slug, "organisation")).id
        of_theirs = (Membership.organisation == organisation) & (Membership.person == person)
        if await Membership.exists().where(of_theirs) or not await _is_known(person, organisation):
            await members.leave_organisation(viewer, organisation_slug)
        await _unknown_from_now_on(viewer, person, organisation)
    return organisation


async def remove_member(viewer: Viewer, organisation_slug: str, person: UUID | None) -> UUID:
    """End a membership as `members.remove_member` says; one's own as whoever leaves."""
    async with keyring_change():
        organisation = await members.remove_member(viewer, organisation_slug, person)
        if person == viewer.person:
            await _unknown_from_now_on(viewer, viewer.require_person(), organisation)
        elif person is not None:
            await _end(viewer, person, organisation, {})
    return organisation


async def has_cut_a_sign_in(viewer: Viewer) -> bool:
    """Whether the viewer has lately left where they could sign in by a provider.

    Whoever stole a token could else leave in their name, and then do what a token alone may not.
    """
    since = datetime.now(UTC) - members.LEFT_LATELY
    return bool(await ExternalIdentity.raw(_CUT_LATELY, viewer.person, since, ACTION))


async def _is_known(person: UUID, organisation: UUID) -> bool:
    of_it = ExternalIdentity.organisation == organisation
    return await ExternalIdentity.exists().where(of_it & (ExternalIdentity.person == person))


async def _unknown_from_now_on(viewer: Viewer, person: UUID, organisation: UUID) -> None:
    """Forget who the person is to the organisation's providers, of before too. The caller holds the organisation."""
    of_it = ExternalIdentity.organisation == organisation
    forgotten = ExternalIdentity.delete().where(of_it & (ExternalIdentity.person == person))
    identities = await forgotten.returning(ExternalIdentity.id)
    await _end(viewer, person, organisation, {"identities": len(identities)})


async def _end(viewer: Viewer, person: UUID, organisation: UUID, gone: Mapping[str, int]) -> None:
    """End the sessions of a person, and the tokens that were made in one; the log tells how many, and what went."""
    now = datetime.now(UTC)
    open_still = (Session.organisation == organisation) & (Session.person == person) & Session.revoked_at.is_null()
    sessions = await Session.update({Session.revoked_at: now}).where(open_still).returning(Session.id)
    made_in_one = (PersonalToken.organisation == organisation) & (PersonalToken.person == person)
    revoked = PersonalToken.update({PersonalToken.revoked_at: now})
    tokens = await revoked.where(made_in_one & PersonalToken.revoked_at.is_null()).returning(PersonalToken.id)
    counted = {**gone, "sessions": len(sessions), "tokens": len(tokens)}
    detail = {name: count for name, count in counted.items() if count}
    if detail:
        await log.record(viewer, ACTION, "Person", person, organisation=organisation, detail=detail)
