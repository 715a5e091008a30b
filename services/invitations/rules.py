"""Invariants of invitations. Pure functions; all of them choices of design."""

from collections.abc import Iterator

from services.errors import ErrorCode, Problem

LONGEST_WAIT = 90
"""How many days an invitation may wait."""
USUAL_WAIT = 14
"""How many days an invitation waits that does not say for how long."""
INVITATIONS_AT_MOST = 200
"""How many invitations of one organisation may wait: enough for a whole department."""


def check_wait(expires_in_days: int) -> Iterator[Problem]:
    """From a day to what is left lying about for long enough."""
    if not 1 <= expires_in_days <= LONGEST_WAIT:
        yield Problem(ErrorCode.INVALID, f"An invitation waits for 1 to {LONGEST_WAIT} days.", ("expiresInDays",))


def check_named(invitation_id: str | None, secret: str | None) -> Iterator[Problem]:
    """An invitation is named by its id or by its secret, whichever whoever accepts it has."""
    if (invitation_id is None) == (secret is None):
        code = ErrorCode.REQUIRED if secret is None else ErrorCode.INVALID
        yield Problem(code, "Give either the secret of a link, or the id of an invitation of yours.", ("secret",))


def is_for(invited: str | None, email: str | None) -> bool:
    """Whether an invitation is for somebody with that address: every one that names no address is."""
    return invited is None or (email is not None and invited.lower() == email.lower())
