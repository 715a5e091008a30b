"""From where people signed in: kept for a while, then forgotten, while the log that commits to it stays whole."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from services.audit.proof import address_commitment
from services.audit.tables import LogAddress
from services.viewer import organisation_key

ADDRESSES_KEPT: Final = timedelta(days=90)
"""Long enough to look into a break-in, and no longer: an address says where a person was."""
_SALT_BYTES: Final = 16
_FORGET: Final = "with gone as (delete from log_address where at < {} returning 1) select count(*) as n from gone"
"""Counted where they are: a quarter of a large network's sign-ins need not come here to be counted."""


async def keep_address(address: str, *, person: UUID | None, subject: UUID, organisations: Iterable[UUID]) -> str:
    """Keep an address inside the caller's transaction; gives the commitment to it that the log may hold for ever."""
    salt = secrets.token_bytes(_SALT_BYTES)
    commitment = address_commitment(salt, address)
    await LogAddress.insert(
        LogAddress(
            commitment=commitment,
            salt=salt,
            address=address,
            person=person,
            subject=subject,
            audience=[organisation_key(one) for one in organisations],
        )
    )
    return commitment.hex()


async def last_here(subject: UUID, address: str, since: datetime) -> datetime | None:
    """When something was last noted as signed in with from an address, if that was since an instant."""
    noted = (LogAddress.subject == subject) & (LogAddress.at > since) & (LogAddress.address == address)
    found = await LogAddress.select(LogAddress.at).where(noted).order_by(LogAddress.at, ascending=False).first()
    return found["at"] if found else None


async def forget_addresses() -> int:
    """Forget those that were kept for ADDRESSES_KEPT; gives how many."""
    (gone,) = await LogAddress.raw(_FORGET, datetime.now(UTC) - ADDRESSES_KEPT)
    count: int = gone["n"]
    return count
