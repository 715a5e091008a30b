"""The life of cases and practices, and what follows from it for what belongs to them or speaks of them.

A publication is archived while the version at its permanent address is. It is kept as it is then: nothing of it is
changed, and nothing more is said of it, until it is current again. A version that was withdrawn is nobody's to speak of
until its authors take it up again, which editing does. What ends something, or takes readers or words back, may always
be done.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from services.cases.tables import Case
from services.cases.terms import PublicationStatus as Status
from services.errors import ErrorCode, Problem, refusal

STEPS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset({Status.IN_REVIEW, Status.CHANGES_REQUESTED, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.IN_REVIEW: frozenset({Status.CHANGES_REQUESTED, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.CHANGES_REQUESTED: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.ARCHIVED, Status.SUPERSEDED}),
    Status.SUPERSEDED: frozenset(),
    Status.ARCHIVED: frozenset({Status.PUBLISHED}),
    Status.WITHDRAWN: frozenset({Status.DRAFT}),
}
"""From each state, the states that may follow. What was withdrawn becomes a draft again by being edited."""

WRITABLE = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED, Status.WITHDRAWN})
"""The states in which a version's text may change."""

CLOSED = frozenset({Status.PUBLISHED, Status.SUPERSEDED, Status.ARCHIVED})
"""The states in which a version's text never changes again: an edit opens the next one (rule 2)."""

_KEPT: Final = {
    Status.ARCHIVED: (
        "This is archived, or belongs to what is, and is kept as it is. The owner's editors can make it current again"
        " with unarchiveCase or unarchivePractice."
    ),
    Status.WITHDRAWN: (
        "This was withdrawn, or belongs to what was. Its authors can take it up again by editing it; then it goes on."
    ),
}
_STATES: Final = ", ".join(f"'{state.value}'" for state in _KEPT)


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


def check_embargo(until: datetime | None, now: datetime) -> Iterator[Problem]:
    """What is published never changes again, so a slip of the pen in an embargo must not publish it at once."""
    if until is not None and until <= now:
        message = "This instant is past. Give one that lies ahead, or leave it out to publish at once."
        yield Problem(ErrorCode.INVALID, message, ("embargoUntil",))


def check_going_on(state: str | None, *field: str) -> None:
    """Raise DomainError WRONG_STATE where a thing is, or belongs to, what is archived or withdrawn.

    `state` is that of the publication where `kept` or `kept_with_case` gives one; None where it goes on.
    """
    if state is not None:
        raise refusal(ErrorCode.WRONG_STATE, _KEPT[Status(state)], *field)


def kept(table: str, key: str) -> str:
    """SQL: the state of a case or a practice, by an expression of its id, if it is archived or withdrawn; else null."""
    return (
        f'(select kept.status from "{table}" "whole" join "{table}_version" kept on kept."{table}" = "whole".id'  # noqa: S608 - our own names
        f' and kept.number = "whole".current_number where "whole".id = {key} and kept.status in ({_STATES}))'
    )


def kept_with_case(row: str) -> str:
    """SQL: as `kept`, for a row of `test_round`. One in which people have begun to test is carried through."""
    of_case = kept("case", f'{row}."case"')
    return f"case when {row}.status not in ('RUNNING', 'ANALYSING') then {of_case} end"


_KEPT_OF: Final[Mapping[str, str]] = {
    "Case": f"select {kept('case', '{}')} as kept",
    "Practice": f"select {kept('practice', '{}')} as kept",
    "TestRound": f"select {kept_with_case('test_round')} as kept from test_round where id = {{}}",  # noqa: S608 - as above
}


async def check_thing_going_on(thing: tuple[str, UUID], *field: str) -> None:
    """As `check_going_on`, for a GraphQL type and an id. What is neither case, practice nor round always goes on."""
    kind, row_id = thing
    if kind in _KEPT_OF:
        (found,) = await Case.raw(_KEPT_OF[kind], row_id)
        check_going_on(found["kept"], *field)
