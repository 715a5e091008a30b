"""Invariants of adoptions, by their numbers in docs/rules.md. Pure functions."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from services.adoptions.terms import AdoptionStage as Stage
from services.errors import ErrorCode, Problem
from services.text import check_line

ADDRESS_LIMIT = 2_000
STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.INTERESTED: frozenset({Stage.PLANNED, Stage.ABANDONED}),
    Stage.PLANNED: frozenset({Stage.IMPLEMENTED, Stage.ABANDONED}),
    Stage.IMPLEMENTED: frozenset({Stage.VALUE_CONFIRMED, Stage.ABANDONED}),
    Stage.VALUE_CONFIRMED: frozenset({Stage.ABANDONED}),
    Stage.ABANDONED: frozenset(),
}
"""From each stage, the stages that may follow. What was given up is taken up again as a new adoption."""

BEGINNINGS = (Stage.INTERESTED, Stage.PLANNED, Stage.IMPLEMENTED)
"""The stages at which an adoption may be recorded. A value is confirmed later, and with evidence."""


def check_adopter(adopter: UUID, owner: UUID) -> Iterator[Problem]:
    """Rule 11: nobody adopts their own practice, nor their own case."""
    if adopter == owner:
        yield Problem(
            ErrorCode.FORBIDDEN,
            "Nobody adopts their own: it is your organisation's already. Name another organisation that took it over.",
            ("organisation",),
        )


def check_beginning(stage: Stage) -> Iterator[Problem]:
    """An adoption is recorded at one of its first three stages."""
    if stage not in BEGINNINGS:
        yield Problem(
            ErrorCode.WRONG_STATE,
            f"An adoption begins as {', '.join(BEGINNINGS)}; record it so, and advance it to {stage} from there.",
            ("stage",),
        )


def check_step(now: Stage, wanted: Stage) -> Iterator[Problem]:
    """The stages come in order, and giving up may come at any time."""
    if wanted not in STEPS[now]:
        possible = " or ".join(sorted(STEPS[now])) or "nothing"
        yield Problem(
            ErrorCode.WRONG_STATE, f"It is {now}; from there {possible} can follow, not {wanted}.", ("stage",)
        )


def check_grounds(stage: Stage, *, has_evidence: bool, has_reason: bool) -> Iterator[Problem]:
    """Rule 11: a value is confirmed with evidence; giving up has a reason, and nothing else has."""
    if stage is Stage.VALUE_CONFIRMED and not has_evidence:
        yield Problem(ErrorCode.REQUIRED, "Say by what you know that it helps: that is what counts.", ("evidence",))
    if stage is Stage.ABANDONED and not has_reason:
        yield Problem(ErrorCode.REQUIRED, "Say why you gave it up: others can learn from it.", ("abandonedReason",))
    if stage is not Stage.ABANDONED and has_reason:
        yield Problem(ErrorCode.INVALID, f"Only what is {Stage.ABANDONED} has a reason for it.", ("abandonedReason",))


def check_address(address: str | None) -> Iterator[Problem]:
    """A full address on the web, so that a page that shows it as a link leads nowhere else."""
    if address is None:
        return
    if len(address) > ADDRESS_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"An address has at most {ADDRESS_LIMIT} characters.", ("evidenceUrl",))
        return
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_whole = is_whole and not any(map(str.isspace, address)) and not any(check_line(address))
    except ValueError:
        is_whole = False
    if not is_whole:
        yield Problem(
            ErrorCode.INVALID, f"«{address}» is no address on the web, such as https://www.olen.be.", ("evidenceUrl",)
        )


def check_readers(chosen: list[str], whole: list[str], always: set[str]) -> Iterator[Problem]:
    """A part's readers are among its whole's; `always` are the two organisations, who read it in any case."""
    if "public" not in whole and not set(chosen) <= {*whole, *always}:
        yield Problem(
            ErrorCode.INVALID,
            "You name readers who may not read what is adopted. Leave them out, or name no audience to reach everyone"
            " who may.",
            ("audience",),
        )
