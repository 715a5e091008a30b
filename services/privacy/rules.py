"""Invariants of erasing people. Pure functions."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.errors import ErrorCode, Problem
from services.organisations.terms import Role, TokenScope
from services.viewer import Viewer

FRESH: Final = timedelta(minutes=15)
"""For how long after signing in somebody may erase themselves."""

ERASED = "[…]"
"""What stands where a name stood."""


def without_name(text: str, name: str, email: str | None) -> str:
    """What somebody wrote, without their own name and address, as whole words.

    A name of several words is found in any case; one of a single word only as it is written, for «Will» is a word too.
    """
    for words, flags in ((email, re.IGNORECASE), (name, re.IGNORECASE if " " in name else 0)):
        if words:
            text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", ERASED, text, flags=flags)
    return text


def check_hands_over(
    held: Mapping[UUID, Role], admins: Mapping[UUID, int], slugs: Mapping[UUID, str]
) -> Iterator[Problem]:
    """Nobody is erased who is an organisation's last administrator. All by organisation; `held` are their own roles."""
    last = sorted(slugs[one] for one, role in held.items() if role is Role.ADMIN and admins[one] < 2)  # noqa: PLR2004 - they and one more
    if last:
        named = ", ".join(f"«{slug}»" for slug in last)
        yield Problem(
            ErrorCode.WRONG_STATE,
            f"This is the last administrator of {named}. Hand that over first (handOverAdministration).",
        )


def check_confirmed(given: str, name: str) -> Iterator[Problem]:
    """Nobody erases themselves by a slip: they type their name."""
    if given.strip() != name:
        yield Problem(
            ErrorCode.INVALID,
            "To confirm, give your name exactly as Serra has it: `viewer { person { name } }` tells.",
            ("confirm",),
        )


def check_is_they(viewer: Viewer, sign_ins: Collection[str], now: datetime) -> Iterator[Problem]:
    """What cannot be undone takes more than a secret that somebody may have stolen, where there is more to ask for.

    `sign_ins` are the slugs of the organisations for which the person can sign in: then they do, and a token is not
    enough. Who has only tokens uses one that may do everything, which no narrower one can make. A program erases
    nobody.
    """
    minutes = int(FRESH.total_seconds() // 60)
    if viewer.is_machine:
        yield Problem(ErrorCode.FORBIDDEN, "A program erases nobody. Ask whoever runs this instance.")
    elif viewer.signed_in_at is not None:
        if now - viewer.signed_in_at > FRESH:
            yield Problem(
                ErrorCode.FORBIDDEN,
                f"You signed in more than {minutes} minutes ago. Sign out, sign in again, and then erase yourself.",
            )
    elif sign_ins:
        where = " or ".join(f"/sign-in?organisation={slug}" for slug in sorted(sign_ins))
        yield Problem(
            ErrorCode.FORBIDDEN,
            f"A token alone is not enough where somebody can sign in. Sign in at {where}, and"
            f" erase yourself within {minutes} minutes, or ask whoever runs this instance.",
        )
    elif viewer.scopes < frozenset(TokenScope):
        every = ", ".join(TokenScope)
        yield Problem(ErrorCode.FORBIDDEN, f"This token may not do everything. Use one with all scopes: {every}.")
