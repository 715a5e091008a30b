"""Pure rules of adoptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.access import within
from services.adoptions.rules import BEGINNINGS, STEPS, check_address, check_grounds, check_readers, check_step
from services.adoptions.terms import AdoptionStage as Stage

STAGES = st.sampled_from(list(Stage))
KEYS = st.lists(st.sampled_from(["public", "network:a", "network:b", "organisation:a", "organisation:b"]))


@given(STAGES, STAGES)
def test_no_stage_is_skipped_and_none_returns(now: Stage, wanted: Stage) -> None:
    """A stage follows the one before it and no other; giving up follows any stage but itself, and is the end."""
    order = [*BEGINNINGS, Stage.VALUE_CONFIRMED]
    next_one = now in order and wanted in order and order.index(wanted) - order.index(now) == 1
    given_up = wanted is Stage.ABANDONED is not now
    assert (not [*check_step(now, wanted)]) is (next_one or given_up)


def test_every_stage_has_its_steps() -> None:
    """No stage is left without a word on what may follow it."""
    assert set(STEPS) == set(Stage)


@given(STAGES, st.booleans(), st.booleans())
def test_grounds(stage: Stage, has_evidence: bool, has_reason: bool) -> None:  # noqa: FBT001 - generated
    """Rule 11: no confirmed value without evidence; and a reason stands with what was given up, and only there."""
    fields = [problem.field for problem in check_grounds(stage, has_evidence=has_evidence, has_reason=has_reason)]
    assert (("evidence",) in fields) is (stage is Stage.VALUE_CONFIRMED and not has_evidence)
    assert (("abandonedReason",) in fields) is (has_reason is not (stage is Stage.ABANDONED))


@given(KEYS, KEYS)
def test_an_adoption_reaches_nobody_beyond(chosen: list[str], whole: list[str]) -> None:
    """Readers are accepted when they are among those of what is adopted, or one of the two organisations."""
    always = {"organisation:a"}
    assert (not [*check_readers(chosen, whole, always)]) is within(set(chosen) - always, whole)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        (None, True),
        ("https://www.olen.be/verslag?x=1#y", True),
        ("http://[::1]/", True),
        ("www.olen.be", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://olen.be/a b", False),
        ("http://[::1", False),
        ("", False),
        ("https://olen.be/" + "x" * 2_000, False),
    ],
)
def test_an_address_is_whole(address: str | None, good: bool) -> None:  # noqa: FBT001 - a table's column
    """Only a full address on the web is one, and of a length that pages can show."""
    assert (not [*check_address(address)]) is good
