"""Invariants of reviews, by their numbers in docs/rules.md. Pure functions."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from uuid import UUID

from services.dates import check_ahead
from services.errors import DomainError, ErrorCode, Problem, refusal
from services.organisations.terms import Role
from services.reviews.terms import ReviewStatus as Status
from services.text import TEXT_LIMIT, check_prose
from services.viewer import Viewer

EXPIRES_AFTER_DAYS = 30
"""A late review is still accepted for this many days after its due date."""
DUE_WITHIN_DAYS = 730
"""A review is asked for at most this many days ahead."""
_NEXT = {Status.REQUESTED: {Status.ACCEPTED, Status.DECLINED}, Status.ACCEPTED: {Status.SUBMITTED}}


def is_expired(status: Status, due_on: date, day: date) -> bool:
    """Whether a review is open, and too late to be submitted."""
    return status in _NEXT and day > due_on + timedelta(days=EXPIRES_AFTER_DAYS)


def check_step(now: Status, wanted: Status, due_on: date, day: date) -> None:
    """Raise DomainError WRONG_STATE unless `wanted` may follow, on a day."""
    if wanted not in _NEXT.get(now, ()):
        possible = " or ".join(sorted(_NEXT.get(now, ()))) or "nothing"
        raise refusal(ErrorCode.WRONG_STATE, f"The review is {now}; from there {possible} can follow, not {wanted}.")
    if is_expired(now, due_on, day):
        raise refusal(
            ErrorCode.WRONG_STATE,
            f"The review expired {EXPIRES_AFTER_DAYS} days after {due_on}, when it was due. Ask for a new request.",
        )


def check_independent(reviewer_in: Iterable[UUID], concerned: AbstractSet[UUID], *field: str) -> None:
    """Rule 9: a reviewer is outside the owner's and the facilitators' organisations, whomever they review for.

    Raises DomainError CONFLICT_OF_INTEREST.
    """
    if not concerned.isdisjoint(reviewer_in):
        raise refusal(
            ErrorCode.CONFLICT_OF_INTEREST,
            "A reviewer must not belong to the organisation that owns or ran it, nor to one that guided it."
            " It takes somebody else.",
            *field,
        )


def check_declaration(conflict_of_interest: str, has_none: bool) -> Iterator[Problem]:  # noqa: FBT001 - a declaration
    """Rule 9: conflicts of interest are declared first; that there is none must be said too."""
    if has_none and conflict_of_interest:
        message = "You say that there is no conflict of interest, and describe one. Leave one of the two out."
        yield Problem(ErrorCode.INVALID, message, ("hasNoConflictOfInterest",))
    if not has_none and not conflict_of_interest:
        message = "Declare your conflicts of interest first, or say that there is none with hasNoConflictOfInterest."
        yield Problem(ErrorCode.REQUIRED, message, ("conflictOfInterest",))
    yield from check_length(conflict_of_interest, "conflictOfInterest")


def check_length(text: str, field: str) -> Iterator[Problem]:
    """What a reviewer writes has at most 20,000 characters."""
    yield from check_prose(text, field)
    if len(text) > TEXT_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"It has {len(text)} characters; at most {TEXT_LIMIT} are allowed.", (field,))


def check_due(due_on: date, day: date) -> Iterator[Problem]:
    """A review is due after the day on which it is asked for, and at most two years later."""
    yield from check_ahead(due_on, day, "dueOn")
    if (due_on - day).days > DUE_WITHIN_DAYS:
        latest = day + timedelta(days=DUE_WITHIN_DAYS)
        yield Problem(ErrorCode.INVALID, f"Give a date within two years, by {latest}.", ("dueOn",))


def reviewing_for(reviewer: Viewer, wanted: UUID | None) -> UUID:
    """The organisation that a person reviews for: the wanted one, or the only one in which they are a reviewer.

    Raises DomainError when they are none there, or a choice has to be made.
    """
    possible = [organisation for organisation in reviewer.roles if reviewer.has_role(organisation, Role.REVIEWER)]
    if wanted is not None:
        if wanted not in possible:
            raise _no_reviewer("that organisation", "organisation")
        return wanted
    if not possible:
        raise _no_reviewer("any organisation", "reviewer")
    if len(possible) > 1:
        raise refusal(
            ErrorCode.REQUIRED, "They review for several organisations; say for which, by its slug.", "organisation"
        )
    return possible[0]


def _no_reviewer(of: str, field: str) -> DomainError:
    message = f"This person is not a reviewer, an editor or an administrator of {of}. Ask somebody who is."
    return refusal(ErrorCode.INVALID, message, field)
