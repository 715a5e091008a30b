"""Column sets that several tables share, which Piccolo copies into each table; and the JSON of JSON columns."""

import json
from datetime import datetime

from piccolo.columns import UUID, Array, SmallInt, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow

from services.ids import new_id


class Identified:
    """A row with an identifier of its own, made before it is written."""

    id = UUID(primary_key=True, default=new_id)


class Shareable:
    """A row whose readers are those whose keyring intersects `audience` (services/access.py)."""

    audience = Array(base_column=Text(), default=list)


class Dated:
    """When a row was made and last changed, and where it stands in lists that show the newest first."""

    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())
    listed_at = Timestamptz(
        default=TimestamptzNow(),
        help_text="First publication; the moment it was made while it is unpublished.",
    )


class Ordered:
    """A part of a whole, in the order its authors gave."""

    position = SmallInt(default=0)


def has_happened(at: datetime | None) -> bool:
    """Whether the instant of a column that may be null is there; Piccolo's types have it always there."""
    return at is not None


def stored(value: object) -> str | None:
    """JSON for a JSON column; None stays null."""
    return None if value is None else json.dumps(value, ensure_ascii=False)
