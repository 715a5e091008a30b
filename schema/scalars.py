"""Scalars beyond GraphQL's own. Values come from the database as JSON, so on the way out they pass unchanged."""

from datetime import date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

ByteCount = NewType("ByteCount", int)
_LARGEST = 2**53
_YEARS = range(1000, 3000)


def _unchanged(value: Any) -> Any:
    return value


def _read_date(value: Any) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"{value!r} is not a date such as 2019-09-25.") from None
    _check_year(day.year, value)
    return day


def _read_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"{value!r} is not an instant such as 2026-03-01T09:00:00Z.") from None
    _check_year(instant.year, value)
    if instant.tzinfo is None:
        message = f"{value!r} names no time zone: {instant.isoformat()}Z is in UTC, {instant.isoformat()}+02:00 is not."
        raise GraphQLError(message)
    return instant


def _check_year(year: int, value: Any) -> None:
    """Python and PostgreSQL agree on these years; beyond them, days are added to and taken from past the calendar."""
    if year not in _YEARS:
        raise GraphQLError(f"{value!r} lies outside the years {_YEARS.start} to {_YEARS.stop - 1}.")


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        message = f"{value!r} is not a number of bytes."
        raise GraphQLError(message)
    return value


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A day in the Gregorian calendar: `2019-09-25` (ISO 8601).",
        serialize=_unchanged,
        parse_value=_read_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant: `2026-03-01T09:00:00Z`, always with its offset (RFC 3339).",
        serialize=_unchanged,
        parse_value=_read_instant,
    ),
    ByteCount: strawberry.scalar(
        name="ByteCount",
        description="A number of bytes, up to 2^53.",
        serialize=_unchanged,
        parse_value=_read_count,
    ),
}
