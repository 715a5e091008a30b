"""Invariants of test rounds, by their numbers in docs/rules.md. Pure functions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from services.dates import check_ahead
from services.errors import ErrorCode, Problem, refusal
from services.test_rounds.terms import Decision, FindingState, LawfulBasis
from services.test_rounds.terms import RoundStatus as Status

Key = TypeVar("Key")

RETAINED_AT_MOST: Final = timedelta(days=10_957)
"""Thirty years."""


@dataclass(frozen=True, slots=True)
class Act:
    """A verb: the states it is open in, the state it leads to if that is another, and its words for a refusal."""

    when: frozenset[Status]
    to: str
    leads_to: Status | None = None


_UNDER_WAY = frozenset({Status.REGISTERED, Status.RUNNING, Status.ANALYSING})
_TESTED = frozenset({Status.RUNNING, Status.ANALYSING})
_ANY = frozenset(Status)

ACTS: Mapping[str, Act] = {
    "edit_test_round": Act(frozenset({Status.PLANNED}), "change the plans of its test rounds"),
    "register_test_round": Act(frozenset({Status.PLANNED}), "register its test rounds", Status.REGISTERED),
    "record_deviation": Act(_UNDER_WAY, "record deviations of its test rounds"),
    "start_test_round": Act(frozenset({Status.REGISTERED}), "start its test rounds", Status.RUNNING),
    "record_consent": Act(_UNDER_WAY, "record consents"),
    "withdraw_consent": Act(_ANY, "withdraw consents"),
    "record_observations": Act(_TESTED, "record observations"),
    "record_participants": Act(_TESTED, "record who took part"),
    "begin_analysis": Act(frozenset({Status.RUNNING}), "end the testing in its test rounds", Status.ANALYSING),
    "record_findings": Act(frozenset({Status.ANALYSING}), "record findings"),
    "record_verdicts": Act(frozenset({Status.ANALYSING}), "record verdicts"),
    "conclude_test_round": Act(frozenset({Status.ANALYSING}), "conclude its test rounds", Status.CONCLUDED),
    "cancel_test_round": Act(frozenset({Status.PLANNED}) | _UNDER_WAY, "cancel its test rounds", Status.CANCELLED),
    "share_test_round": Act(_ANY, "share its test rounds"),
}
"""The life of a round: every verb on a round that exists, and when it may be used."""


AT_ANY_TIME = frozenset({"withdraw_consent", "share_test_round", "cancel_test_round"})
"""What may be done though the round's case is archived or withdrawn: to end it, and to take data or readers back."""


def check_when(verb: str, now: Status) -> None:
    """Raise DomainError WRONG_STATE unless the verb is open in this state."""
    open_in = ACTS[verb].when
    if now not in open_in:
        states = " or ".join(state for state in Status if state in open_in)
        raise refusal(ErrorCode.WRONG_STATE, f"The round is {now}; this is possible while it is {states}.")


def check_unfrozen(now: Status, fields: Collection[str]) -> Iterator[Problem]:
    """Rule 3: from REGISTERED on, what was registered stands; `fields` are those that an edit wants to change."""
    if now is Status.PLANNED:
        return
    for name in fields:
        if name in FROZEN:
            yield Problem(
                ErrorCode.FROZEN,
                f"Registration froze the {FROZEN[name]}: it stays as it is. Record a deviation beside it instead.",
                (name,),
            )


FROZEN: Mapping[str, str] = {
    "problem": "problem",
    "hypothesis": "hypothesis",
    "prototypeVersion": "version of the prototype",
    "criteria": "criteria",
    "sites": "sites",
    "participants": "planned participants",
    "window": "dates",
}
"""Fields of the input that registration freezes, with their words."""


def check_registrable(sites: int, criteria: int) -> Iterator[Problem]:
    """Rules 3, 4 and 12: what is frozen must be enough to start with, and give something to judge."""
    if not sites:
        yield Problem(ErrorCode.REQUIRED, "Name at least one site: registration freezes the sites.", ("sites",))
    if not criteria:
        yield Problem(
            ErrorCode.REQUIRED, "Give at least one criterion: registration freezes the criteria.", ("criteria",)
        )


def check_startable(basis: LawfulBasis | None, retain_until: date | None, sites: int, today: date) -> Iterator[Problem]:
    """Rule 4: a running round has a lawful basis, a retention date that lies ahead, and a site."""
    if basis is None:
        yield Problem(ErrorCode.REQUIRED, "Say on what ground people's data are processed.", ("lawfulBasis",))
    if retain_until is None:
        yield Problem(ErrorCode.REQUIRED, "Say until when people's data are kept.", ("retainUntil",))
    yield from check_retention(retain_until, today, "retainUntil")
    if not sites:
        yield Problem(ErrorCode.REQUIRED, "A round runs at one site at least.", ("sites",))


def check_retention(retain_until: date | None, today: date, *field: str) -> Iterator[Problem]:
    """Rule 4: data of people are kept until a day that lies ahead, and for 30 years at most."""
    yield from check_ahead(retain_until, today, *field)
    latest = today + RETAINED_AT_MOST
    if retain_until is not None and retain_until > latest:
        message = f"People's data are not kept for ever. Give a day within 30 years, by {latest}."
        yield Problem(ErrorCode.INVALID, message, field)


@dataclass(frozen=True, slots=True)
class Consented:
    """What a participant has agreed to by now; both false after a withdrawal."""

    taking_part: bool
    recording: bool


def check_recording(alias: str | None, *, recorded: bool, records_people: bool) -> Iterator[Problem]:
    """What a recording needs, whoever it shows: a round that records people, and an alias."""
    if not recorded:
        return
    if not records_people:
        yield Problem(ErrorCode.INVALID, "This round was started as one that records nobody.", ("recorded",))
    elif alias is None:
        yield Problem(
            ErrorCode.REQUIRED, "A recording needs consent of its own: say under which alias it was given.", ("alias",)
        )


def check_consent(
    basis: LawfulBasis | None, alias: str | None, *, recorded: bool, consents: Mapping[str, Consented]
) -> Iterator[Problem]:
    """Rule 4: what an observation needs of the participant it is tied to. `consents` has folded aliases as keys.

    Whoever has withdrawn is not observed again, whatever the ground; recording always needs consent of its own.
    What it says is for the organisation that runs the round alone.
    """
    if alias is None:
        return
    consent = consents.get(alias.casefold())
    if consent and not consent.taking_part:
        yield Problem(
            ErrorCode.REQUIRED, f"«{alias}» has withdrawn: nothing is recorded under this alias any more.", ("alias",)
        )
    elif consent is None and basis is LawfulBasis.CONSENT:
        yield Problem(
            ErrorCode.REQUIRED,
            f"There is no consent of «{alias}», and this round rests on consent. Record it first.",
            ("alias",),
        )
    if recorded and (consent is None or not consent.recording):
        yield Problem(
            ErrorCode.REQUIRED, f"«{alias}» has not consented to being recorded. Record that consent first.", ("alias",)
        )


def check_concludable(
    decision: Decision | None,
    has_reason: bool,  # noqa: FBT001 - what a caller says of its input, not a mode
    criteria: Mapping[Key, str],
    sites: Mapping[Key, str],
    judged: Collection[tuple[Key, Key]],
) -> Iterator[Problem]:
    """Rule 12: a conclusion has a decision with its reason, and a verdict for each criterion at each site.

    `criteria` and `sites` are id → words; `judged` holds the pairs that have a verdict. Every missing one is named.
    """
    if decision is None:
        yield Problem(ErrorCode.REQUIRED, "Decide: ITERATE, SCALE, STOP or PIVOT.", ("decision",))
    if not has_reason:
        yield Problem(ErrorCode.REQUIRED, "Give the reason for the decision.", ("decisionReason",))
    for criterion, statement in criteria.items():
        for site, name in sites.items():
            if (criterion, site) not in judged:
                yield Problem(
                    ErrorCode.REQUIRED,
                    f"There is no verdict on «{statement}» at «{name}». Give one; NOT_TESTED is one too.",
                    ("verdicts",),
                )


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """A consent record as its keeping goes: under which folded alias, until when, and whether it was withdrawn."""

    alias: str
    retain_until: date
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends with the records that are due: whose observations go, and who must not be observed again."""

    aliases: frozenset[str]
    objectors: frozenset[str]


def is_due(retain_until: date | None, today: date) -> bool:
    """Whether something that is kept until a day is let go on `today`: from the day after. Without a day it is kept."""
    return retain_until is not None and retain_until < today


def ending(consents: Collection[KeptConsent], today: date) -> Ending:
    """What follows when the records that are due on a day are let go.

    An alias with no record left loses its observations, as if consent had been withdrawn (rule 5). Whoever had
    withdrawn all of theirs stays an objector, so that the end of the record does not undo the withdrawal.
    """
    due = [one for one in consents if is_due(one.retain_until, today)]
    left = {one.alias for one in consents if not is_due(one.retain_until, today)}
    aliases = frozenset(one.alias for one in due if one.alias not in left)
    stands = {one.alias for one in consents if not one.is_withdrawn}
    return Ending(aliases, aliases - stands)


_SEEN = frozenset({FindingState.REMAINS, FindingState.FIXED, FindingState.WONT_FIX})
FATES: Mapping[FindingState | None, frozenset[FindingState]] = {
    None: frozenset({FindingState.NEW, FindingState.WONT_FIX}),
    FindingState.NEW: _SEEN,
    FindingState.REMAINS: _SEEN,
    FindingState.REGRESSED: _SEEN,
    FindingState.WONT_FIX: _SEEN,
    FindingState.FIXED: frozenset({FindingState.FIXED, FindingState.REGRESSED, FindingState.WONT_FIX}),
}
"""From a finding's state in the earlier round (None: there was none), what it can be in this one."""


def check_fate(previous: FindingState | None, state: FindingState) -> Iterator[Problem]:
    """A finding's state says what became of it since the earlier round that it points at."""
    if state in FATES[previous]:
        return
    possible = " or ".join(sorted(FATES[previous]))
    yield Problem(
        ErrorCode.INVALID,
        f"Without an earlier finding it is {possible}; to say {state}, name the finding of the earlier round."
        if previous is None
        else f"In the earlier round it was {previous}; now it can be {possible}, not {state}.",
        ("state",),
    )


@dataclass(frozen=True, slots=True)
class SuppressedCount:
    """A number of people as somebody outside the organisation sees it."""

    value: int | None
    is_suppressed: bool
    display: str


def suppressed(counts: Sequence[int | None], threshold: int) -> SuppressedCount | None:
    """Rule 6, for the sum of some cells; a cell alone is a sum of one. The database's `suppressed_count` says the same.

    A cell under the threshold is hidden, zero too: were it shown, «<2» would mean exactly 1. A sum is shown only if
    all its cells are; else it is given as the range that follows from what is shown of its cells, so that it adds
    nothing to them. Hence every hidden cell may be anything under the threshold, whatever is put together. None
    where there is no cell, or one that is not known yet. A threshold under 2 hides nothing.
    """
    known = [count for count in counts if count is not None]
    if not known or len(known) < len(counts):
        return None
    hidden = sum(1 for count in known if count < threshold) if threshold > 1 else 0
    least = sum(count for count in known if count >= threshold) if hidden else sum(known)
    if not hidden:
        return SuppressedCount(least, is_suppressed=False, display=str(least))
    most = least + hidden * (threshold - 1)
    return SuppressedCount(None, is_suppressed=True, display=f"{least}–{most}" if least else f"<{most + 1}")
