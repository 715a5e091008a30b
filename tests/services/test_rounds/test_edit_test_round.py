"""editTestRound and registerTestRound, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import en, moved, own_case, planned, registered

As = Callable[[str | None], Client]
FROZEN: dict[str, Any] = {
    "problem": en("Another problem."),
    "hypothesis": en("Another hypothesis."),
    "prototypeVersion": "2.0",
    "criteria": [{"statement": en("Easier to meet")}],
    "sites": [],
    "participants": [],
    "window": {"start": "2027-01-01"},
}


async def test_a_plan_can_be_changed(as_: As, network: SmallNetwork) -> None:
    """What is given takes the place of what was there, and what is left out stays."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await planned(editor)
    edit = {
        "id": made["id"],
        "hypothesis": en("A letter brings the papers."),
        "prototypeVersion": "",
        "sites": [{"name": en("Town hall")}],
        "participants": [{"site": 0, "group": en("Residents"), "planned": 9}],
        "comparisonGroup": True,
        "expectedVersion": made["revision"],
    }
    shown = """testRound { revision problem { text } hypothesis { text } prototypeVersion comparisonGroup
      sites { name { text } participants { group { text } planned { value } } } criteria { statement { text } } }"""
    assert (await editor.do("editTestRound", edit, shown))["testRound"] == {
        "revision": 2,
        "problem": {"text": "People come without their papers."},
        "hypothesis": {"text": "A letter brings the papers."},
        "prototypeVersion": None,
        "comparisonGroup": True,
        "sites": [
            {
                "name": {"text": "Town hall"},
                "participants": [{"group": {"text": "Residents"}, "planned": {"value": 9}}],
            }
        ],
        "criteria": [
            {"statement": {"text": "Share who name every paper"}},
            {"statement": {"text": "Knows what will happen"}},
        ],
    }
    assert await editor.refused("editTestRound", edit) == [("CONFLICT", "expectedVersion")]


async def test_groups_stand_at_the_sites_that_are_there(as_: As, network: SmallNetwork) -> None:
    """New groups can be given for the old sites; new sites ask for their groups, so that none is lost unseen."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await planned(editor)
    groups = [{"site": 2, "group": en("Residents"), "planned": 9}]
    shown = "testRound { participants { site { name { text } } } }"
    edited = await editor.do("editTestRound", {"id": made["id"], "participants": groups}, shown)
    assert edited["testRound"]["participants"] == [{"site": {"name": {"text": "Office C"}}}]
    sites = {"id": made["id"], "sites": [{"name": en("Town hall")}]}
    assert await editor.refused("editTestRound", sites) == [("REQUIRED", "participants")]


@pytest.mark.parametrize("field", FROZEN)
async def test_registration_freezes(as_: As, network: SmallNetwork, field: str) -> None:
    """U2, rule 3: after registration a change of each frozen field is refused by its name, and it stays as it was."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    query = """query($id: ID!) { testRound(id: $id) { status revision problem { text } hypothesis { text }
      prototypeVersion window { start } criteria { id } sites { id } participants { id } } }"""
    before = await editor.ask(query, id=made["id"])
    assert await editor.refused("editTestRound", {"id": made["id"], field: FROZEN[field]}) == [("FROZEN", field)]
    assert await editor.ask(query, id=made["id"]) == before


async def test_every_frozen_field_is_named(as_: As, network: SmallNetwork) -> None:
    """An edit of several frozen fields hears of all of them at once; of none, that the time for edits is over."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    refused = await editor.refused("editTestRound", {"id": made["id"], **FROZEN})
    assert sorted(refused) == sorted(("FROZEN", field) for field in FROZEN)
    other = {"id": made["id"], "comparisonGroup": True}
    assert await editor.refused("editTestRound", other) == [("WRONG_STATE", "")]


async def test_what_is_registered_can_be_judged(as_: As, network: SmallNetwork) -> None:
    """A round without a site or a criterion is not registered, because both would be frozen."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await planned(editor, sites=[], criteria=[], participants=[])
    assert await editor.refused("registerTestRound", {"id": made["id"]}) == [
        ("REQUIRED", "sites"),
        ("REQUIRED", "criteria"),
    ]


async def test_a_round_is_registered_once(as_: As, network: SmallNetwork) -> None:
    """A second registration is refused; so is one by somebody who read an older state, and one by others."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await planned(editor)
    await moved(editor, "editTestRound", made, comparisonGroup=True)
    late = {"id": made["id"], "expectedVersion": made["revision"]}
    assert await editor.refused("registerTestRound", late) == [("CONFLICT", "expectedVersion")]
    for other in (network.olen_reader, network.pes_editor):
        assert await as_(other).refused("registerTestRound", {"id": made["id"]}) == [("FORBIDDEN", "")]
    assert (await moved(editor, "registerTestRound", made))["status"] == "REGISTERED"
    assert await editor.refused("registerTestRound", {"id": made["id"]}) == [("WRONG_STATE", "")]


async def test_an_unreadable_round_is_as_if_it_were_not_there(as_: As, network: SmallNetwork) -> None:
    """An outsider who has a round's id hears the same as one who made an id up."""
    editor = as_(network.olen_editor)
    await own_case(editor, audience={"networks": ["learning"]})
    made = await planned(editor)
    for row_id in (made["id"], made["sites"][0]["id"], "test_round_" + "0" * 32, "nonsense"):
        for mutation in ("editTestRound", "registerTestRound"):
            assert await as_(network.outsider).refused(mutation, {"id": row_id}) == [("NOT_FOUND", "id")]
