"""Slugs: permanent names in addresses."""

import re

from services.errors import ErrorCode, refusal

SLUG_LIMIT = 120
_SHAPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def check_slug(slug: str, *field: str) -> str:
    """The slug. Raises DomainError INVALID unless it is lower-case words joined by hyphens."""
    if len(slug) > SLUG_LIMIT or not _SHAPE.fullmatch(slug):
        raise refusal(
            ErrorCode.INVALID,
            f"A slug has lower-case letters, digits and single hyphens, at most {SLUG_LIMIT}: «olen-service-vision».",
            *field,
        )
    return slug
