"""What happened lately to the ways in which somebody signs in, for which erasing them waits.

Whoever stole a token could else open a way of their own, or close the person's, and then do what a token alone may not.
The log is asked, which nobody can change.
"""

from datetime import UTC, datetime
from typing import Final

from services.identity.departures import ACTION
from services.identity.tables import ExternalIdentity
from services.organisations import members
from services.viewer import Viewer

_LEFT: Final = """
    select from log where subject_type = 'Person' and subject_id = {} and person = subject_id and at > {}
        and action = {} and detail -> 'identities' is not null limit 1
"""
_SWITCHED_OFF: Final = """
    select from external_identity identity
    join log on log.subject_type = 'Organisation' and log.subject_id = identity.organisation
    where identity.person = {} and log.person = identity.person and log.at > {} and (
        log.action in ('remove_identity_provider', 'free_issuer')
        or log.action = 'configure_identity_provider'
            and (log.detail -> 'from' is not null or not (log.detail ->> 'enabled')::boolean)
    ) limit 1
"""
_CONNECTED: Final = """
    select from log where subject_type = 'Person' and subject_id = {} and organisation = {} and at > {}
        and action = 'connect_identity' and (detail ->> 'asked')::boolean limit 1
"""


async def has_cut_a_sign_in(viewer: Viewer) -> bool:
    """Whether the viewer lately left where they could sign in, or had their own provider sign nobody in any longer."""
    since = datetime.now(UTC) - members.LEFT_LATELY
    if await ExternalIdentity.raw(_LEFT, viewer.person, since, ACTION):
        return True
    return bool(await ExternalIdentity.raw(_SWITCHED_OFF, viewer.person, since))


async def was_connected(viewer: Viewer) -> bool:
    """Whether the provider that signed the viewer in has lately come to know, by a token, who they were before."""
    if viewer.within is None:
        return False
    since = datetime.now(UTC) - members.LEFT_LATELY
    return bool(await ExternalIdentity.raw(_CONNECTED, viewer.person, viewer.within, since))
