"""Invariants of erasing people. Pure functions."""

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from services.errors import ErrorCode, Problem
from services.organisations.terms import Role

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
