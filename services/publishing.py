"""The life cycle that cases and practices share (DOMAIN §2)."""

from services.cases.terms import PublicationStatus as Status
from services.errors import ErrorCode, refusal

STEPS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset(
        {Status.IN_REVIEW, Status.CHANGES_REQUESTED, Status.PUBLISHED, Status.WITHDRAWN}
    ),
    Status.IN_REVIEW: frozenset({Status.CHANGES_REQUESTED, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.CHANGES_REQUESTED: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.ARCHIVED, Status.SUPERSEDED}),
    Status.SUPERSEDED: frozenset(),
    Status.ARCHIVED: frozenset(),
    Status.WITHDRAWN: frozenset({Status.DRAFT}),
}
"""From each state, the states that may follow."""

WRITABLE = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED})
"""The states in which a version's text may change."""


def check_step(now: Status, wanted: Status) -> None:
    """Raise DomainError WRONG_STATE unless `wanted` may follow `now`."""
    if wanted not in STEPS[now]:
        possible = ", ".join(sorted(STEPS[now])) or "nothing"
        raise refusal(ErrorCode.WRONG_STATE, f"It is {now}; from there {possible} can follow, not {wanted}.")


def check_writable(now: Status) -> None:
    """Raise DomainError WRONG_STATE unless a version's text may change."""
    if now not in WRITABLE:
        raise refusal(
            ErrorCode.WRONG_STATE,
            f"It is {now}, and its text cannot change now. Ask for changes, or withdraw it, first.",
        )
