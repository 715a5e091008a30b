"""Invariants of cases, by their numbers in the domain's rules. Pure functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.errors import ErrorCode, Problem
from services.organisations.terms import PUBLIC_BODIES, OrganisationKind

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


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
