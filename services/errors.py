"""Expected refusals. They reach the person who asked, in words, and never page anyone."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.terms import Term


class ErrorCode(Term):
    """Why a change was refused."""

    REQUIRED = "REQUIRED", "Something is missing."
    INVALID = "INVALID", "The value makes no sense here."
    TOO_LONG = "TOO_LONG", "The text is too long."
    NOT_FOUND = "NOT_FOUND", "There is no such thing, or it is not yours to see."
    FORBIDDEN = "FORBIDDEN", "Your role does not allow this."
    ALREADY_EXISTS = "ALREADY_EXISTS", "There is one already."
    WRONG_STATE = "WRONG_STATE", "Not possible in the present state."
    FROZEN = "FROZEN", "Registration froze this; record a deviation instead."
    CONFLICT = "CONFLICT", "Somebody changed it meanwhile: read it again."
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST", "A reviewer must be outside the organisations concerned."
    KEY_REUSED = "KEY_REUSED", "This idempotency key was used with another input."
    UPLOAD_MISMATCH = "UPLOAD_MISMATCH", "What arrived is not what was announced."
    UNAVAILABLE = "UNAVAILABLE", "A part that is needed is away; try again soon."


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `field` is the path into the input, empty where no single field is at fault."""

    code: ErrorCode
    message: str
    field: tuple[str, ...] = ()


class DomainError(Exception):
    """A change was refused, for one or more reasons. Nothing of it has been stored.

    `concerns` is the organisation to whose things it was refused, where whoever asked could read what they asked for.
    """

    def __init__(self, problems: Iterable[Problem], *, concerns: UUID | None = None) -> None:
        self.problems = tuple(problems)
        self.concerns = concerns
        super().__init__("; ".join(problem.message for problem in self.problems))


class NotSignedIn(Exception):
    """The request needs a signed-in person."""


def refusal(code: ErrorCode, message: str, *field: str) -> DomainError:
    """A DomainError with a single problem, to be raised by the caller."""
    return DomainError([Problem(code, message, field)])


def refuse_if(problems: Iterable[Problem]) -> None:
    """Raise a DomainError when there is at least one problem."""
    found = tuple(problems)
    if found:
        raise DomainError(found)
