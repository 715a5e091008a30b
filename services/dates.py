"""Dates as sources give them: partly known, and sometimes claimed twice.

In the database a list of `{"value": "2013", "precision": "YEAR", "source": …}`; an empty list means not reported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.errors import ErrorCode, refusal
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
    return {
        "value": claim.value,
        "precision": claim.precision.value,
        "source": clean(claim.source) if claim.source else None,
    }
