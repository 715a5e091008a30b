"""What a request was refused for want of a right, gathered for the log while it runs.

A refusal rolls its transaction back, and a line of the log with it: so it is written afterwards, by whoever answers
the request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from services.errors import DomainError, ErrorCode


@dataclass(frozen=True, slots=True)
class Denial:
    """What the person was told, and the organisation that may know of it."""

    organisation: UUID | None
    why: str


_gathered: ContextVar[list[Denial] | None] = ContextVar("serra_denials", default=None)


@contextmanager
def denials() -> Iterator[list[Denial]]:
    """The denials that are told inside."""
    found: list[Denial] = []
    token = _gathered.set(found)
    try:
        yield found
    finally:
        _gathered.reset(token)


def tell_denial(error: DomainError) -> None:
    """Gather a refusal, if it is a denial and somebody gathers."""
    found = _gathered.get()
    if found is not None:
        found.extend(
            Denial(error.concerns, problem.message) for problem in error.problems if problem.code is ErrorCode.FORBIDDEN
        )
