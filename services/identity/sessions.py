"""Verbs on sessions: a browser stays signed in for one organisation until it leaves, or for half a day.

A session's secret leaves the service once, in a cookie; what is kept is its hash.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from services.audit.addresses import last_here
from services.identity.rules import SESSION_IDLE, SESSION_LIFE
from services.identity.tables import Session
from services.ids import new_id
from services.organisations.keyrings import FIRST_END, keyring_change
from services.organisations.people import SignedIn, viewer_of
from services.organisations.sign_ins import SignInMethod, record_sign_in, record_sign_out
from services.organisations.terms import TokenScope
from services.organisations.tokens import secret_hash
from services.transaction import transaction
from services.viewer import Viewer

_SECRET_BYTES = 32
_VALID = f"""
    select session.id, session.person, session.organisation, session.created_at, session.last_used_at,
        least(session.expires_at, session.last_used_at + {{}}::interval, {FIRST_END}) - now() as lasts
    from session join person on person.id = session.person
    where session.secret_hash = {{}} and session.revoked_at is null
      and session.expires_at > {{}} and session.last_used_at > {{}}
"""  # noqa: S608 - only a constant stands in it


async def open_session(viewer: Viewer, organisation: UUID, identity: UUID, address: str = "") -> str:
    """Begin a session of somebody who signed in from an address, inside the caller's transaction; gives its secret."""
    secret, session_id = secrets.token_urlsafe(_SECRET_BYTES), new_id()
    await Session.insert(
        Session(
            id=session_id,
            secret_hash=secret_hash(secret),
            person=viewer.require_person(),
            organisation=organisation,
            identity=identity,
            expires_at=datetime.now(UTC) + SESSION_LIFE,
        )
    )
    with_session = ("Session", session_id)
    await record_sign_in(viewer, method=SignInMethod.OPENID_CONNECT, address=address, subject=with_session)
    return secret


async def session_of(secret: str) -> SignedIn | None:
    """Who is signed in by a session's secret, with what they hold now in its organisation; None for any other text."""
    now = datetime.now(UTC)
    found = await Session.raw(_VALID, SESSION_IDLE, secret_hash(secret), now, now - SESSION_IDLE)
    if not found:
        return None
    (row,) = found
    viewer = await viewer_of(row["person"], tuple(TokenScope), row["organisation"])
    if viewer is None:
        return None
    viewer = replace(viewer, signed_in_at=row["created_at"])
    return SignedIn(row["id"], viewer, row["last_used_at"], row["lasts"])


async def note_session(session: UUID, viewer: Viewer, address: str) -> None:
    """Remember that a session was used now; from where it was not used before, that counts as a sign-in.

    Harmless when several processes do it at once: they come one after the other.
    """
    now = datetime.now(UTC)
    async with transaction():
        await Session.update({Session.last_used_at: now}).where(Session.id == session)
        if address and not await last_here(session, address, now - SESSION_LIFE):
            with_session = ("Session", session)
            await record_sign_in(viewer, method=SignInMethod.SESSION, address=address, subject=with_session)


async def sign_out(secret: str, address: str = "") -> bool:
    """End a session, from an address, at once and for good; whether there was one. Harmless when repeated."""
    signed_in = await session_of(secret)
    if signed_in is None:
        return False
    async with keyring_change():
        await Session.update({Session.revoked_at: datetime.now(UTC)}).where(Session.id == signed_in.token)
        await record_sign_out(signed_in.viewer, address=address, subject=("Session", signed_in.token))
    return True
