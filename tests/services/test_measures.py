"""Figures: percentages lie between 0 and 100, nothing is counted below 0, through GraphQL where figures are given."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases.terms import OutcomeUnit
from services.measures import check_measure
from tests.client import Client
from tests.factories.cases import content, the_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words
from tests.factories.rounds import en, own_case, plan

As = Callable[[str | None], Client]
FIGURES = st.floats(-200, 200, allow_nan=False) | st.integers(-3, 3) | st.sampled_from([-0.001, 0, 100, 100.001])
UNITS = st.sampled_from([one.value for one in OutcomeUnit])
COUNTED = {"COUNT", "HOURS", "DAYS"}


def possible(figure: float, unit: str) -> bool:
    """The rule, written out anew."""
    if unit == "PERCENT":
        return 0 <= figure <= 100
    return figure >= 0 or unit not in COUNTED


@given(figure=FIGURES, unit=st.sampled_from(OutcomeUnit))
def test_a_figure_fits_its_unit(figure: float, unit: OutcomeUnit) -> None:
    """What a unit allows is taken, and nothing else is; what is not known always may be."""
    assert (not list(check_measure(figure, unit, "value"))) == possible(figure, unit.value)
    assert not list(check_measure(None, unit, "value"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    figure=FIGURES,
    unit=UNITS,
    field=st.sampled_from(["value", "baseline"]),
)
async def test_figures_of_outcomes(as_: As, network: SmallNetwork, figure: float, unit: str, field: str) -> None:
    """An outcome's value and what it was before are refused by their own fields, or kept."""
    editor = as_(network.olen_editor)
    case_id = await the_case(editor)
    outcome = {"kind": "OBSERVED", "indicator": words("Satisfied"), "unit": unit, field: figure}
    edit = {"id": case_id, "content": content(outcomes=[outcome])}
    if possible(figure, unit):
        await editor.do("editCase", edit, "case { id }")
    else:
        assert await editor.refused("editCase", edit) == [("INVALID", f"content.outcomes.0.{field}")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(figure=FIGURES, unit=UNITS)
async def test_thresholds_of_criteria(as_: As, network: SmallNetwork, figure: float, unit: str) -> None:
    """What a criterion is to reach is refused by its field, or kept."""
    editor = as_(network.olen_editor)
    await the_case(editor, own_case)
    given_so = plan(criteria=[{"statement": en("Fewer wait"), "threshold": figure, "unit": unit}])
    if possible(figure, unit):
        await editor.do("planTestRound", given_so, "testRound { id }")
    else:
        assert await editor.refused("planTestRound", given_so) == [("INVALID", "criteria.0.threshold")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(-(2**31), 2**31 - 1) | st.integers(-2, 2))
async def test_numbers_of_things_and_people(as_: As, network: SmallNetwork, number: int) -> None:
    """A cost and a quantity are 0 or more; a headcount, a denominator and respondents 1 or more, else left out."""
    editor = as_(network.olen_editor)
    case_id = await the_case(editor)
    output = {"kind": "IDEAS", "statement": words("Ideas"), "status": "DELIVERED", "quantity": number}
    outcome = {"kind": "OBSERVED", "indicator": words("All"), "denominator": number, "respondents": number}
    said = content(
        participations=[{"role": "TESTER", "organisation": "olen", "headcount": number}],
        outputs=[output],
        outcomes=[outcome],
        ideas=[{"title": words("Idea"), "sheet": {"goal": words("Open"), "cost": number, "currency": "EUR"}}],
    )
    wrong = {
        *(["participations.0.headcount", "outcomes.0.denominator", "outcomes.0.respondents"] if number < 1 else []),
        *(["outputs.0.quantity", "ideas.0.sheet.cost"] if number < 0 else []),
    }
    payload = await editor.change("editCase", {"id": case_id, "content": said}, "__typename")
    assert {(one["code"], ".".join(one["field"][1:])) for one in payload["userErrors"]} == {
        ("INVALID", field) for field in wrong
    }


async def test_a_round_has_a_number_that_another_can_follow(as_: As, network: SmallNetwork) -> None:
    """Rounds are numbered from 1 to 9,999, so that the next one has a number too."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    for number in (-1, 0, 10_000, 2**31 - 1):
        assert await editor.refused("planTestRound", plan(number=number)) == [("INVALID", "number")]
