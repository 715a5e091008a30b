"""Pure rules of practices."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.practices.rules import EvidenceFacts, Publishable, check_publishable, weigh
from services.practices.terms import EvidenceReason as Reason

COUNTS = st.integers(0, 5)
FACTS = st.builds(
    EvidenceFacts,
    is_described=st.booleans(),
    measured_outcomes=COUNTS,
    rounds=COUNTS,
    compared_rounds=COUNTS,
    bodies=COUNTS,
    confirmed_adoptions=COUNTS,
    abandoned_adoptions=COUNTS,
    templates=COUNTS,
)
FULL = EvidenceFacts(
    is_described=True,
    measured_outcomes=1,
    rounds=2,
    compared_rounds=1,
    bodies=4,
    confirmed_adoptions=3,
    abandoned_adoptions=2,
    templates=1,
)


@pytest.mark.parametrize(
    ("facts", "level", "last"),
    [
        (replace(FULL, is_described=False), None, Reason.NOT_DESCRIBED),
        (replace(FULL, measured_outcomes=0, rounds=0), 1, Reason.NO_DATA),
        (replace(FULL, compared_rounds=0), 2, Reason.NOT_COMPARED),
        (replace(FULL, bodies=1), 3, Reason.NOT_INDEPENDENT),
        (replace(FULL, confirmed_adoptions=2, abandoned_adoptions=1), 4, Reason.TOO_FEW_ADOPTIONS),
        (replace(FULL, abandoned_adoptions=3), 4, Reason.GIVEN_UP_TOO_OFTEN),
        (replace(FULL, templates=0), 4, Reason.NO_TEMPLATE),
        (FULL, 5, Reason.REPLICATED),
    ],
)
def test_each_level_lacks_something(facts: EvidenceFacts, level: int | None, last: Reason) -> None:
    """Without one of its grounds a practice stays a level lower, and the last reason names what is missing."""
    evidence = weigh(facts)
    assert (evidence.level, evidence.reasons[-1]) == (level, last)


def test_the_grounds_are_told() -> None:
    """A practice of the highest level is explained by a ground for each."""
    assert weigh(FULL).reasons == (
        Reason.DESCRIBED,
        Reason.OUTCOME_MEASURED,
        Reason.ROUND_MET_CRITERION,
        Reason.COMPARED,
        Reason.INDEPENDENT,
        Reason.REPLICATED,
    )


@given(FACTS)
def test_no_high_level_without_comparison_and_independence(facts: EvidenceFacts) -> None:
    """Rule 13, whatever the other facts: level 3 needs a comparison group, level 4 independent evidence."""
    level = weigh(facts).level or 0
    assert level < 3 or facts.compared_rounds
    assert level < 4 or facts.bodies >= 2


@given(FACTS, st.sampled_from(["measured_outcomes", "rounds", "compared_rounds", "bodies", "confirmed_adoptions"]))
def test_more_evidence_never_lowers_the_level(facts: EvidenceFacts, fact: str) -> None:
    """One more fact in favour leaves the level as it is or raises it."""
    more = replace(facts, **{fact: getattr(facts, fact) + 1})
    assert (weigh(more).level or 0) >= (weigh(facts).level or 0)


@given(FACTS)
def test_every_level_is_explained(facts: EvidenceFacts) -> None:
    """There is always a reason, none is told twice, and only the highest level lacks nothing."""
    evidence = weigh(facts)
    assert evidence.reasons
    assert len(set(evidence.reasons)) == len(evidence.reasons)
    assert (evidence.level == 5) is all(reason.description.startswith("Level") for reason in evidence.reasons)


@given(st.builds(Publishable, *[st.booleans()] * 3, COUNTS, COUNTS))
def test_publication_lacks_what_is_not_there(practice: Publishable) -> None:
    """Nothing is asked for that is there, and everything that is not there is asked for."""
    lacking = {
        "summary": not practice.has_summary,
        "fitsWhen": not practice.has_fits_when,
        "doesNotFitWhen": not practice.has_does_not_fit_when,
        "steps": not practice.steps,
        "sources": not practice.sources,
    }
    assert {problem.field[0] for problem in check_publishable(practice)} == {f for f, lacks in lacking.items() if lacks}
