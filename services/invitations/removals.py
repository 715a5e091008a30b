"""Somebody is taken out of an organisation, and what they could come back by unasked goes with them."""

from uuid import UUID

from services import log
from services.identity import departures
from services.invitations.tables import Invitation
from services.organisations.keyrings import keyring_change
from services.viewer import Viewer

_OF_THEIRS = """
    delete from invitation using person where person.id = {} and invitation.organisation = {}
        and (invitation.person = person.id or lower(invitation.email) = lower(person.email)) returning invitation.id
"""


async def remove_member(viewer: Viewer, organisation_slug: str, person: UUID | None) -> UUID:
    """End a membership as `departures.remove_member` says, and the invitations of whom an ADMIN takes out."""
    async with keyring_change():
        organisation = await departures.remove_member(viewer, organisation_slug, person)
        if person != viewer.person:
            for gone in await Invitation.raw(_OF_THEIRS, person, organisation):
                await log.record(viewer, "revoke_invitation", "Invitation", gone["id"], organisation=organisation)
    return organisation
