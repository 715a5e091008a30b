"""recordDeviation, through GraphQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import concluded, en, moved, own_case, planned, registered

As = Callable[[str | None], Client]


async def test_a_deviation_stands_beside_the_original(as_: As, network: SmallNetwork) -> None:
    """U2, rule 3: a registered round takes a dated deviation, and readers see it beside what was registered."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    given = [
        ("HYPOTHESIS", "A checklist and a call bring the papers."),
        ("CRITERIA", "The second is not asked at office C."),
        ("PARTICIPANTS", "Two more employers."),
        ("SITES", "Office C moved."),
        ("WINDOW", "A week longer."),
        ("PROTOTYPE_VERSION", "1.0.1"),
    ]
    for field, change in given:
        await moved(editor, "recordDeviation", made, field=field, change=en(change), reason=en("It came so."))
    found = await as_(None).ask(
        """query($id: ID!) { testRound(id: $id) {
          hypothesis { text }
          deviations { field change { text } reason { text } at original {
            text { text } prototypeVersion window { start end } criteria { statement { text } } sites { name { text } }
            participants { planned { value } } } } } }""",
        id=made["id"],
    )
    assert found["testRound"]["hypothesis"] == {"text": "A checklist brings the papers."}
    deviations = found["testRound"]["deviations"]
    assert [(one["field"], one["change"]["text"]) for one in deviations] == given
    for one in deviations:
        assert abs((datetime.now(UTC) - datetime.fromisoformat(one["at"])).total_seconds()) < 60
        assert one["reason"] == {"text": "It came so."}
    nothing: dict[str, Any] = {
        "text": None,
        "prototypeVersion": None,
        "window": None,
        "criteria": [],
        "sites": [],
        "participants": [],
    }
    originals = [one["original"] for one in deviations]
    assert originals == [
        nothing | {"text": {"text": "A checklist brings the papers."}},
        nothing
        | {
            "criteria": [
                {"statement": {"text": "Share who name every paper"}},
                {"statement": {"text": "Knows what will happen"}},
            ]
        },
        nothing | {"participants": [{"planned": {"value": n}} for n in (8, 5, 8, 5, 8, 5)]},
        nothing | {"sites": [{"name": {"text": f"Office {letter}"}} for letter in "ABC"]},
        nothing | {"window": {"start": "2026-03-02", "end": "2026-03-20"}},
        nothing | {"prototypeVersion": "1.0"},
    ]


async def test_there_is_nothing_to_deviate_from_before_and_after(as_: As, network: SmallNetwork) -> None:
    """A plan is edited instead, and a concluded round is over."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    for made in (await planned(editor), await concluded(editor)):
        deviation = {"id": made["id"], "field": "WINDOW", "change": en("Later."), "reason": en("Snow.")}
        assert await editor.refused("recordDeviation", deviation) == [("WRONG_STATE", "")]


async def test_a_deviation_says_what_and_why(as_: As, network: SmallNetwork) -> None:
    """Empty texts are refused by their names; a repeated request records one deviation; others record none."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    deviation = {"id": made["id"], "field": "WINDOW", "change": en("Later."), "reason": en("Snow.")}
    empty = {**deviation, "change": en(""), "reason": []}
    assert await editor.refused("recordDeviation", empty) == [("REQUIRED", "change"), ("REQUIRED", "reason")]
    for _ in range(2):
        answer = await editor.do(
            "recordDeviation", {**deviation, "idempotencyKey": "1"}, "testRound { deviations { at } }"
        )
        assert len(answer["testRound"]["deviations"]) == 1
    assert await as_(network.pes_editor).refused("recordDeviation", deviation) == [("FORBIDDEN", "")]
    stale = {**deviation, "expectedVersion": 1}
    assert await editor.refused("recordDeviation", stale) == [("CONFLICT", "expectedVersion")]
