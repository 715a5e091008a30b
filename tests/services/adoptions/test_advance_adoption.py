"""advanceAdoption, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.adoptions.tables import Adoption
from services.adoptions.terms import AdoptionStage as Stage
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.practices import adopted, confirmed, olen_practice
from tests.factories.rounds import en

As = Callable[[str | None], Client]
SPREAD = '{ practice(slug: "values-to-plan") { spread } }'
ORDER = [Stage.INTERESTED, Stage.PLANNED, Stage.IMPLEMENTED, Stage.VALUE_CONFIRMED]


async def test_only_a_confirmed_value_is_spread(as_: As, network: SmallNetwork) -> None:
    """The spread rises when the value is confirmed, not earlier, and falls when it is given up (rule 11, U8)."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)
    adoption_id = await adopted(editor, practice_id)
    for stage, more, spread in (
        ("PLANNED", {}, 0),
        ("IMPLEMENTED", {"changes": en("For employers, too.")}, 0),
        ("VALUE_CONFIRMED", {"evidence": en("A third less waiting."), "evidenceUrl": "https://www.example.org/r"}, 1),
        ("ABANDONED", {"abandonedReason": en("Merged into another.")}, 0),
    ):
        payload = await editor.do(
            "advanceAdoption", {"id": adoption_id, "stage": stage, **more}, "adoption { stage practice { spread } }"
        )
        assert payload["adoption"] == {"stage": stage, "practice": {"spread": spread}}
    query = """query($id: ID!) { node(id: $id) { ... on Adoption {
        revision changes { text } evidence { text } evidenceUrl abandonedReason { text } } } }"""
    assert (await as_(None).ask(query, id=adoption_id))["node"] == {
        "revision": 5,
        "changes": {"text": "For employers, too."},
        "evidence": {"text": "A third less waiting."},
        "evidenceUrl": "https://www.example.org/r",
        "abandonedReason": {"text": "Merged into another."},
    }


async def test_the_spread_counts_what_a_reader_may_read(as_: As, network: SmallNetwork) -> None:
    """A confirmed adoption that the adopter shared with the network only is no spread to others (rule 7)."""
    practice_id = await olen_practice(as_(network.olen_editor))
    await confirmed(as_(network.pes_editor), practice_id, audience={"networks": ["learning"]})
    assert (await as_(network.reviewer).ask(SPREAD))["practice"]["spread"] == 1
    assert (await as_(network.outsider).ask(SPREAD))["practice"]["spread"] == 0


@pytest.mark.parametrize(
    ("advance", "refusal"),
    [
        ({"stage": "INTERESTED"}, ("WRONG_STATE", "stage")),
        ({"stage": "PLANNED"}, ("WRONG_STATE", "stage")),
        ({"stage": "VALUE_CONFIRMED"}, ("REQUIRED", "evidence")),
        ({"stage": "VALUE_CONFIRMED", "evidence": []}, ("REQUIRED", "evidence")),
        ({"stage": "ABANDONED"}, ("REQUIRED", "abandonedReason")),
        (
            {"stage": "VALUE_CONFIRMED", "evidence": en("Yes."), "abandonedReason": en("No.")},
            ("INVALID", "abandonedReason"),
        ),
        (
            {"stage": "VALUE_CONFIRMED", "evidence": en("Yes."), "evidenceUrl": "javascript:alert(1)"},
            ("INVALID", "evidenceUrl"),
        ),
        (
            {"stage": "VALUE_CONFIRMED", "evidence": en("Yes."), "evidenceUrl": "https://x.org/" + "x" * 2_000},
            ("TOO_LONG", "evidenceUrl"),
        ),
        ({"stage": "VALUE_CONFIRMED", "evidence": en("Yes."), "expectedVersion": 7}, ("CONFLICT", "expectedVersion")),
        ({"id": "adoption_" + "0" * 32, "stage": "ABANDONED"}, ("NOT_FOUND", "id")),
        ({"id": "practice_1", "stage": "ABANDONED"}, ("NOT_FOUND", "id")),
    ],
)
async def test_what_is_wrong_is_refused(
    as_: As, network: SmallNetwork, advance: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """A stage out of order, or without its grounds, is refused by code and field, and the adoption stays as it was."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)
    adoption_id = await adopted(editor, practice_id, stage="IMPLEMENTED")
    assert await editor.refused("advanceAdoption", {"id": adoption_id, **advance}) == [refusal]
    query = "query($id: ID!) { node(id: $id) { ... on Adoption { stage revision evidence { text } } } }"
    node = (await editor.ask(query, id=adoption_id))["node"]
    assert node == {"stage": "IMPLEMENTED", "revision": 1, "evidence": None}


async def test_only_the_adopters_editors_advance(as_: As, network: SmallNetwork) -> None:
    """The publisher may not say for another that it works, nor may a reader; to an outsider there is no adoption."""
    practice_id = await olen_practice(as_(network.olen_editor))
    adoption_id = await adopted(as_(network.pes_editor), practice_id, audience={"networks": ["learning"]})
    advance = {"id": adoption_id, "stage": "PLANNED"}
    assert await as_(network.olen_editor).refused("advanceAdoption", advance) == [("FORBIDDEN", "")]
    assert await as_(network.reviewer).refused("advanceAdoption", advance) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("advanceAdoption", advance) == [("NOT_FOUND", "id")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(ORDER[:3]),
    commands=st.lists(st.tuples(st.sampled_from(list(Stage)), st.booleans(), st.booleans()), min_size=1, max_size=8),
)
async def test_the_stages_come_in_order(
    as_: As, network: SmallNetwork, start: Stage, commands: list[tuple[Stage, bool, bool]]
) -> None:
    """Whatever is asked in whatever order, an adoption does what a model of five lines does, and so does the spread."""
    editor = as_(network.pes_editor)
    found = (await editor.ask('{ practice(slug: "values-to-plan") { id } }'))["practice"]
    practice_id = found["id"] if found else await olen_practice(as_(network.olen_editor))
    await Adoption.delete(force=True)
    adoption_id = await adopted(editor, practice_id, stage=start)
    stage, has_evidence = start, False
    for wanted, with_evidence, with_reason in commands:
        follows = stage is not Stage.ABANDONED and (
            wanted is Stage.ABANDONED or (wanted in ORDER and ORDER.index(wanted) == ORDER.index(stage) + 1)
        )
        grounded = wanted is not Stage.VALUE_CONFIRMED or has_evidence or with_evidence
        if follows and grounded and with_reason is (wanted is Stage.ABANDONED):
            stage, has_evidence = wanted, has_evidence or with_evidence

        advance = {
            "id": adoption_id,
            "stage": wanted,
            **({"evidence": en("It helps.")} if with_evidence else {}),
            **({"abandonedReason": en("It does not.")} if with_reason else {}),
        }
        await editor.change("advanceAdoption", advance, "adoption { id }")
        query = "query($id: ID!) { node(id: $id) { ... on Adoption { stage evidence { text } practice { spread } } } }"
        node = (await editor.ask(query, id=adoption_id))["node"]
        assert node == {
            "stage": stage,
            "evidence": {"text": "It helps."} if has_evidence else None,
            "practice": {"spread": int(stage is Stage.VALUE_CONFIRMED)},
        }
