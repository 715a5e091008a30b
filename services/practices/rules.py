"""Invariants of practices, by their numbers in docs/rules.md. Pure functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.errors import ErrorCode, Problem
from services.practices.terms import EvidenceReason as Reason

ENOUGH_BODIES = 2
"""How many organisations must have found, each for itself, that a practice works, for level 4."""
ENOUGH_ADOPTIONS = 3
"""How many others must have confirmed a practice's value, for level 5."""


@dataclass(frozen=True, slots=True)
class Publishable:
    """What publication looks at; `sources` are the cases and rounds that the owner may read."""

    has_summary: bool
    has_fits_when: bool
    has_does_not_fit_when: bool
    steps: int
    sources: int


def check_publishable(practice: Publishable) -> Iterator[Problem]:
    """A practice is distilled from a case or a round, and says what to do, when it fits and when not."""
    if not practice.has_summary:
        yield Problem(ErrorCode.REQUIRED, "Give a summary.", ("summary",))
    if not practice.steps:
        yield Problem(ErrorCode.REQUIRED, "Give at least one step.", ("steps",))
    if not practice.has_fits_when:
        yield Problem(ErrorCode.REQUIRED, "Say when it fits.", ("fitsWhen",))
    if not practice.has_does_not_fit_when:
        yield Problem(ErrorCode.REQUIRED, "Say when it does not fit.", ("doesNotFitWhen",))
    if not practice.sources:
        yield Problem(
            ErrorCode.REQUIRED,
            "Name at least one case or test round that it was drawn from and that its owner may read.",
            ("sources",),
        )


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What the level of evidence is weighed from: what one reader may read of it. See docs/decisions/005.

    `rounds` are concluded rounds that met a criterion, `compared_rounds` those of them with a comparison group;
    `bodies` are the organisations behind these rounds, behind measured outcomes and behind confirmed adoptions;
    `abandoned_adoptions` are the organisations that gave it up and do not confirm its value now.
    """

    is_described: bool
    measured_outcomes: int = 0
    rounds: int = 0
    compared_rounds: int = 0
    bodies: int = 0
    confirmed_adoptions: int = 0
    abandoned_adoptions: int = 0
    templates: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A level from 1 to 5, or none yet; the grounds for it, then what is missing for the next one."""

    level: int | None
    reasons: tuple[Reason, ...]


def weigh(facts: EvidenceFacts) -> Evidence:
    """Rule 13: the level of evidence (Nesta), from facts alone: ≥ 3 needs a comparison group, ≥ 4 independent evidence.

    The database has the same in the function `evidence`.
    """
    reasons: list[Reason] = []
    for level, rung in enumerate(_LADDER):
        grounds, missing = rung(facts)
        if missing:
            return Evidence(level or None, (*reasons, *missing))
        reasons += grounds
    return Evidence(len(_LADDER), tuple(reasons))


_Rung = tuple[list[Reason], list[Reason]]
"""The grounds for a level, and what is missing for it: the level is reached when nothing is."""


def _described(facts: EvidenceFacts) -> _Rung:
    return ([Reason.DESCRIBED], []) if facts.is_described else ([], [Reason.NOT_DESCRIBED])


def _change_shown(facts: EvidenceFacts) -> _Rung:
    grounds = [
        *([Reason.OUTCOME_MEASURED] if facts.measured_outcomes else []),
        *([Reason.ROUND_MET_CRITERION] if facts.rounds else []),
    ]
    return grounds, [] if grounds else [Reason.NO_DATA]


def _compared(facts: EvidenceFacts) -> _Rung:
    return ([Reason.COMPARED], []) if facts.compared_rounds else ([], [Reason.NOT_COMPARED])


def _independent(facts: EvidenceFacts) -> _Rung:
    return ([Reason.INDEPENDENT], []) if facts.bodies >= ENOUGH_BODIES else ([], [Reason.NOT_INDEPENDENT])


def _replicated(facts: EvidenceFacts) -> _Rung:
    missing = [
        *([Reason.TOO_FEW_ADOPTIONS] if facts.confirmed_adoptions < ENOUGH_ADOPTIONS else []),
        *([Reason.GIVEN_UP_TOO_OFTEN] if 0 < facts.abandoned_adoptions >= facts.confirmed_adoptions else []),
        *([Reason.NO_TEMPLATE] if not facts.templates else []),
    ]
    return [Reason.REPLICATED], missing


_LADDER: tuple[Callable[[EvidenceFacts], _Rung], ...] = (
    _described,
    _change_shown,
    _compared,
    _independent,
    _replicated,
)
"""Nesta's five levels, from the first."""
