"""What whoever holds an invitation's link is told before they follow it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.invitations.tables import Invitation
from services.organisations.terms import Role
from services.organisations.tokens import secret_hash


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a link leads, as what, and until when. Not whom it is for, nor who made it."""

    organisation: UUID
    role: Role
    expires_at: datetime


async def preview(secret: str) -> Preview | None:
    """What a link's secret leads to while it can be used; None for every other secret, whatever became of it."""
    is_open = (Invitation.secret_hash == secret_hash(secret)) & (Invitation.expires_at > datetime.now(UTC))
    found = await Invitation.objects().where(is_open).first()
    return Preview(found.organisation, Role(found.role), found.expires_at) if found else None
