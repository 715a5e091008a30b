"""What a figure with a unit can be."""

from collections.abc import Iterator
from typing import Final

from services.cases.terms import OutcomeUnit
from services.errors import ErrorCode, Problem

_LIMITS: Final[dict[OutcomeUnit, tuple[float, float | None]]] = {
    OutcomeUnit.PERCENT: (0, 100),
    OutcomeUnit.COUNT: (0, None),
    OutcomeUnit.HOURS: (0, None),
    OutcomeUnit.DAYS: (0, None),
}
"""Rule 8, and what counting means. A balance in euros may be less, and a score, whose scale the indicator names."""


def check_measure(figure: float | None, unit: OutcomeUnit | None, *field: str) -> Iterator[Problem]:
    """A percentage lies between 0 and 100; nothing is counted below 0. A figure that is not known is None."""
    if figure is None or unit not in _LIMITS:
        return
    low, high = _LIMITS[unit]
    if high is not None and not low <= figure <= high:
        yield Problem(ErrorCode.INVALID, f"{figure:g} does not lie between {low:g} and {high:g}.", field)
    elif figure < low:
        yield Problem(ErrorCode.INVALID, f"{figure:g} {unit.lower()} is less than nothing.", field)
