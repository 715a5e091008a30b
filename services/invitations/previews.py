"""What whoever holds an invitation's link is told before they follow it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.invitations.tables import Invitation
from services.organisations.terms import Role
from services.organisations.tokens import secret_hash

_OPEN: Final = """
    select invitation.organisation, invitation.role, invitation.expires_at from invitation
    join membership maker on maker.organisation = invitation.organisation
        and maker.person = invitation.invited_by and maker.role = 'ADMIN'
    where invitation.secret_hash = {} and invitation.expires_at > now()
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a link leads, as what, and until when. Not whom it is for, nor who made it."""

    organisation: UUID
    role: Role
    expires_at: datetime


async def preview(secret: str) -> Preview | None:
    """What a link's secret leads to while it can be used; None for every other secret, whatever became of it."""
    found = await Invitation.raw(_OPEN, secret_hash(secret))
    return Preview(found[0]["organisation"], Role(found[0]["role"]), found[0]["expires_at"]) if found else None
