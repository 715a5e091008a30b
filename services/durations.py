"""Lengths of time."""

from dataclasses import dataclass

from services.terms import Term


class DurationUnit(Term):
    """What a duration is counted in."""

    HOUR = "HOUR", "Hours."
    DAY = "DAY", "Days."
    WEEK = "WEEK", "Weeks."
    MONTH = "MONTH", "Months."
    YEAR = "YEAR", "Years."


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time; more than 0."""

    value: float
    unit: DurationUnit
