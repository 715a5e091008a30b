"""A membership ends, and with it what signed the person in for the organisation.

Whoever leaves by themselves is unknown to the organisation's provider from then on: what it says of them later makes
nobody a member who has not said so. Whom an ADMIN takes out stays known, and is let in by no provider until an ADMIN
lets them in again. So it is with a program that left, which could not say that it wants to come back, and with whom
another organisation's sign-in had leave: what that one did in their name must not make them somebody else for good.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from piccolo.columns.combination import And

from services import log
from services.access import unknown
from services.identity.tables import ExternalIdentity, Session
from services.organisations import members
from services.organisations.keyrings import keyring_change
from services.organisations.organisations import organisation_for_change
from services.organisations.tables import Membership, PersonalToken
from services.organisations.terms import TokenScope
from services.transaction import transaction
from services.viewer import Viewer

ACTION: Final = "end_sign_ins"


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
            await _turn_away(person, organisation)
            await _end(viewer, person, organisation, {})
    return organisation


async def readmit_member(viewer: Viewer, organisation_slug: str, person: UUID | None) -> UUID:
    """Have the provider's word count again for somebody who was taken out; gives the organisation's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        organisation = (await members.led(viewer, organisation_slug, "let people in again")).id
        if person is None or not await let_in_again(person, organisation):
            raise unknown("person who was removed from this organisation", "person")
        await log.record(viewer, "readmit_member", "Person", person, organisation=organisation)
    return organisation


async def let_in_again(person: UUID, organisation: UUID) -> bool:
    """Lift a removal, in the transaction of whoever holds the organisation's row; whether there was one."""
    lifted = ExternalIdentity.update({ExternalIdentity.removed_at: None}).where(_turned_away(person, organisation))
    return bool(await lifted.returning(ExternalIdentity.id))


async def is_turned_away(person: UUID, organisation: UUID) -> bool:
    """Whether somebody was removed from an organisation, and not let in again."""
    return await ExternalIdentity.exists().where(_turned_away(person, organisation))


async def was_turned_away_since(instant: datetime, person: UUID, organisation: UUID) -> bool:
    """Whether somebody was removed from an organisation after an instant, and not let in again."""
    return await ExternalIdentity.exists().where(_of(person, organisation) & (ExternalIdentity.removed_at > instant))


async def _is_known(person: UUID, organisation: UUID) -> bool:
    return await ExternalIdentity.exists().where(_of(person, organisation) & ExternalIdentity.removed_at.is_null())


async def _unknown_from_now_on(viewer: Viewer, person: UUID, organisation: UUID) -> None:
    """Forget who the person is to the organisation's providers, of before too. The caller holds the organisation.

    A program stays known as one that is let in no more: forgotten, it would be a new one with its next request. So does
    a person whom another organisation's sign-in had leave: an ADMIN can put that right.
    """
    if viewer.is_machine or viewer.within not in {None, organisation}:
        cut = await _turn_away(person, organisation)
    else:
        known = _of(person, organisation) & ExternalIdentity.removed_at.is_null()
        cut = len(await ExternalIdentity.delete().where(known).returning(ExternalIdentity.id))
    await _end(viewer, person, organisation, {"identities": cut})


async def _turn_away(person: UUID, organisation: UUID) -> int:
    """Let somebody in by no provider's word any more; the number of accounts that this concerns."""
    turned = ExternalIdentity.update({ExternalIdentity.removed_at: datetime.now(UTC)})
    return len(await turned.where(_of(person, organisation)).returning(ExternalIdentity.id))


def _of(person: UUID, organisation: UUID) -> And:
    return (ExternalIdentity.organisation == organisation) & (ExternalIdentity.person == person)


def _turned_away(person: UUID, organisation: UUID) -> And:
    return _of(person, organisation) & ExternalIdentity.removed_at.is_not_null()


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
