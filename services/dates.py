"""Dates as sources give them: partly known, and sometimes claimed twice.

In the database a list of `{"value": "2013", "precision": "YEAR", "source": …}`; an empty list means not reported.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.links import check_source
from services.terms import Term
from services.text import clean

_SHAPES = {"YEAR": r"\d{4}", "MONTH": r"\d{4}-\d{2}", "DAY": r"\d{4}-\d{2}-\d{2}"}


class DatePrecision(Term):
    """How much of a date is known."""

    YEAR = "YEAR", "Only the year is known."
    MONTH = "MONTH", "Year and month are known."
    DAY = "DAY", "The day is known."


@dataclass(frozen=True, slots=True)
class DateClaim:
    """A date that somebody states: `2013`, `2014-04` or `2019-09-25`, with the source that says so."""

    value: str
    precision: DatePrecision
    source: str | None = None


def bounds(claim: DateClaim) -> tuple[date, date]:
    """The first and the last day that a claim can mean, which is a date of its precision."""
    year, *rest = map(int, claim.value.split("-"))
    first, last = (rest[0], rest[0]) if rest else (1, 12)
    days = (rest[1], rest[1]) if rest[1:] else (1, monthrange(year, last)[1])
    return date(year, first, days[0]), date(year, last, days[1])


def check_claims(starts: Sequence[DateClaim], ends: Sequence[DateClaim], *field: str) -> Iterator[Problem]:
    """An end does not come before a start; `field` is the end's.

    Claims may contradict each other, and a year leaves its days open: refused is only what no reading of any two
    claims allows.
    """
    if starts and ends:
        earliest, latest = min(bounds(one)[0] for one in starts), max(bounds(one)[1] for one in ends)
        yield from check_order(earliest, latest, *field)


def check_order(start: date, end: date | None, *field: str) -> Iterator[Problem]:
    """An end does not come before its start; `field` is the end's."""
    if end is not None and end < start:
        yield Problem(ErrorCode.INVALID, f"It begins on {start} at the earliest; it cannot end before that.", field)


def check_ahead(day: date | None, today: date, *field: str) -> Iterator[Problem]:
    """A day on which something is to end lies ahead."""
    if day is not None and day <= today:
        yield Problem(ErrorCode.INVALID, f"{day} is not ahead. Give a day from tomorrow on.", field)


def stored_claims(claims: Iterable[DateClaim], *field: str) -> list[dict[str, str | None]]:
    """The stored form. Raises DomainError when a value is not a date of its precision."""
    return [_stored(claim, *field, str(index)) for index, claim in enumerate(claims)]


def _stored(claim: DateClaim, *field: str) -> dict[str, str | None]:
    shape = _SHAPES[claim.precision]
    if not re.fullmatch(shape, claim.value, re.ASCII):
        example = {"YEAR": "2013", "MONTH": "2014-04", "DAY": "2019-09-25"}[claim.precision]
        raise refusal(
            ErrorCode.INVALID,
            f"«{claim.value}» is not a date to the {claim.precision.lower()}, such as {example}.",
            *field,
        )
    try:
        date.fromisoformat(f"{claim.value}-01-01"[:10])
    except ValueError:
        raise refusal(ErrorCode.INVALID, f"«{claim.value}» is not in the calendar.", *field) from None
    source = clean(claim.source) if claim.source else None
    refuse_if(check_source(source or "", *field))
    return {
        "value": claim.value,
        "precision": claim.precision.value,
        "source": source,
    }
