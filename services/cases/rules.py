"""Invariants of cases, by their numbers in docs/rules.md. Pure functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.cases.terms import AccessAnswer
from services.errors import ErrorCode, Problem, refusal
from services.organisations.terms import PUBLIC_BODIES, OrganisationKind
from services.text import check_length, check_line, check_prose

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
LONGEST_ADMISSION: Final = timedelta(days=731)
LAPSES_AFTER: Final = timedelta(days=30)
"""A request for access that nobody answers makes room for another after this time."""
OPEN_AT_MOST: Final = 10
"""How many requests for access of one person may wait for an answer."""
ASKED_LIMIT: Final = 200
MESSAGE_LIMIT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Publishable:
    """What rule 1 looks at."""

    owner_kind: OrganisationKind
    owner_participates: bool
    has_challenge: bool
    has_summary: bool
    lessons: int
    outcomes: int


def check_publishable(case: Publishable) -> Iterator[Problem]:
    """Rule 1: no case is published without a public-body OWNER, a challenge, a summary, a lesson and an outcome.

    An outcome may be one of the typed answers why there is none, such as NOT_YET_KNOWN.
    """
    if case.owner_kind not in PUBLIC_BODIES:
        yield Problem(ErrorCode.INVALID, "A published case is owned by a public body.", ("owner",))
    if not case.owner_participates:
        yield Problem(
            ErrorCode.REQUIRED,
            "Name the owner among the participations, with the role OWNER.",
            ("participations",),
        )
    if not case.has_challenge:
        yield Problem(ErrorCode.REQUIRED, "Say what had to be solved.", ("challenge",))
    if not case.has_summary:
        yield Problem(ErrorCode.REQUIRED, "Give a summary.", ("summary",))
    if not case.lessons:
        yield Problem(ErrorCode.REQUIRED, "Give at least one lesson.", ("lessons",))
    if not case.outcomes:
        yield Problem(
            ErrorCode.REQUIRED,
            "Give an outcome, or say why there is none (NOT_YET_KNOWN, NOT_REPORTED …).",
            ("outcomes",),
        )


def check_currency(currency: str | None) -> Iterator[Problem]:
    """A currency, where one is given, looks like an ISO 4217 code."""
    if currency is not None and not _CURRENCY.fullmatch(currency):
        yield Problem(ErrorCode.INVALID, f"«{currency}» is no ISO 4217 code, such as EUR.", ("currency",))


def check_until(until: datetime, now: datetime, *field: str) -> Iterator[Problem]:
    """Nobody is let into a case for good: until an instant that lies ahead, and at most two years."""
    if until <= now:
        yield Problem(ErrorCode.INVALID, "Give an instant in the future.", field)
    elif until > now + LONGEST_ADMISSION:
        latest = (now + LONGEST_ADMISSION).date()
        yield Problem(ErrorCode.INVALID, f"Give an instant within two years, by {latest}. It can be renewed.", field)


def check_request(asked: str, message: str) -> Iterator[Problem]:
    """A request says for what, and why."""
    yield from check_line(asked, "case")
    yield from check_prose(message, "message")
    for name, text, limit in (("case", asked, ASKED_LIMIT), ("message", message, MESSAGE_LIMIT)):
        if not text:
            yield Problem(ErrorCode.REQUIRED, "Say which case, and why you ask.", (name,))
        yield from check_length(text, limit, name)


def check_unanswered(answer: str | None) -> None:
    """Raise DomainError WRONG_STATE for a request that has its answer."""
    if answer is not None:
        raise refusal(ErrorCode.WRONG_STATE, f"This was answered already: {answer}.", "id")


def check_answer(
    answer: AccessAnswer, until: datetime | None, reason: str | None, *, from_organisation: bool
) -> Iterator[Problem]:
    """Whoever is let in is let in until an instant, and an organisation only if the request was made for one."""
    if (until is None) is not (answer is AccessAnswer.DENIED):
        message = "Leave `until` out when you say no." if until else "Say until when they may read it."
        yield Problem(ErrorCode.INVALID if until else ErrorCode.REQUIRED, message, ("until",))
    if answer is AccessAnswer.ORGANISATION and not from_organisation:
        yield Problem(ErrorCode.INVALID, "They asked for themselves only. Answer GUEST, or say no.", ("answer",))
    yield from check_prose(reason or "", "reason")
    yield from check_length(reason or "", MESSAGE_LIMIT, "reason")
