"""Rules of reviews that need no database."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import DomainError, ErrorCode
from services.reviews.rules import (
    DUE_WITHIN_DAYS,
    EXPIRES_AFTER_DAYS,
    check_declaration,
    check_due,
    check_independent,
    check_step,
    is_expired,
)
from services.reviews.terms import OPEN
from services.reviews.terms import ReviewStatus as Status

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
ORGANISATIONS = st.sets(st.integers(1, 6).map(lambda number: UUID(int=number)))


@given(reviewer_in=ORGANISATIONS, concerned=ORGANISATIONS)
def test_a_reviewer_is_outside_every_organisation_concerned(reviewer_in: set[UUID], concerned: set[UUID]) -> None:
    """Rule 9: one common organisation is one too many, and without any there is no conflict."""
    if reviewer_in & concerned:
        with pytest.raises(DomainError) as refused:
            check_independent(reviewer_in, concerned, "reviewer")
        assert [problem.code for problem in refused.value.problems] == [ErrorCode.CONFLICT_OF_INTEREST]
    else:
        check_independent(reviewer_in, concerned)


@given(status=st.sampled_from(Status), due_on=DAYS, days=st.integers(-60, 60))
def test_only_what_is_open_expires(status: Status, due_on: date, days: int) -> None:
    """A review expires when it is still to come more than thirty days after it was due."""
    assert is_expired(status, due_on, due_on + timedelta(days=days)) == (days > EXPIRES_AFTER_DAYS and status in OPEN)


@given(now=st.sampled_from(Status), wanted=st.sampled_from(Status), days=st.integers(-60, 60))
def test_reviews_go_forward_only(now: Status, wanted: Status, days: int) -> None:
    """REQUESTED → ACCEPTED or DECLINED; ACCEPTED → SUBMITTED; nothing else, and nothing once it has expired."""
    steps = {(Status.REQUESTED, Status.ACCEPTED), (Status.REQUESTED, Status.DECLINED)}
    steps.add((Status.ACCEPTED, Status.SUBMITTED))
    due_on = date(2026, 3, 1)
    if (now, wanted) in steps and days <= EXPIRES_AFTER_DAYS:
        check_step(now, wanted, due_on, due_on + timedelta(days=days))
    else:
        with pytest.raises(DomainError):
            check_step(now, wanted, due_on, due_on + timedelta(days=days))


@given(text=st.text(st.characters(exclude_categories=["Cc"]), max_size=20).map(str.strip), has_none=st.booleans())
def test_a_declaration_says_one_thing(text: str, has_none: bool) -> None:  # noqa: FBT001 - drawn
    """Exactly one of the two is given: a text, or the word that there is nothing to declare."""
    assert (not list(check_declaration(text, has_none))) == (bool(text) != has_none)


@given(day=DAYS, due_on=st.dates())
def test_a_review_is_due_within_two_years(day: date, due_on: date) -> None:
    """The deadline lies ahead, but not so far that its expiry leaves the calendar; `dueOn` is to blame otherwise."""
    problems = list(check_due(due_on, day))
    if 0 < (due_on - day).days <= DUE_WITHIN_DAYS:
        assert problems == []
    else:
        assert [(problem.code, problem.field) for problem in problems] == [(ErrorCode.INVALID, ("dueOn",))]


def test_the_last_day_that_is_possible() -> None:
    """730 days ahead is within two years, 731 is not."""
    day = date(2026, 3, 1)
    assert not list(check_due(day + timedelta(days=730), day))
    assert list(check_due(day + timedelta(days=731), day))
