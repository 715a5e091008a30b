"""recordParticipants, and rule 6: what others see of the numbers, through GraphQL."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import attendance, en, moved, own_case, registered, running

As = Callable[[str | None], Client]
COUNT = "{ value isSuppressed display }"
COUNTS = f"""testRound {{
  plannedParticipants {COUNT} actualParticipants {COUNT}
  participants {{ planned {COUNT} actual {COUNT} }}
  sites {{ plannedParticipants {COUNT} actualParticipants {COUNT} participants {{ actual {COUNT} }} }}
}}"""


def shown(value: int) -> dict[str, Any]:
    """A number that is shown."""
    return {"value": value, "isSuppressed": False, "display": str(value)}


def hidden(display: str) -> dict[str, Any]:
    """A number that is hidden."""
    return {"value": None, "isSuppressed": True, "display": display}


async def counts(client: Client, made: dict[str, Any]) -> dict[str, Any]:
    """Everything that a round tells of numbers of people."""
    query = f"query($id: ID!) {{ {COUNTS.replace('testRound', 'testRound(id: $id)')} }}"
    found: dict[str, Any] = (await client.ask(query, id=made["id"]))["testRound"]
    return found


async def test_a_group_of_three_is_hidden_from_others(as_: As, network: SmallNetwork) -> None:
    """U12, rule 6: others see "<5" for three people, and ranges for the totals they are in; the organisation sees 3."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 8, 6, 7, 5, 9, 3))
    inside = await counts(as_(network.olen_reader), made)
    assert [group["actual"] for group in inside["participants"]] == [shown(n) for n in (8, 6, 7, 5, 9, 3)]
    assert [site["actualParticipants"] for site in inside["sites"]] == [shown(n) for n in (14, 12, 12)]
    assert inside["actualParticipants"] == shown(38)
    for outsider in (None, network.pes_editor, network.reviewer, network.steward):
        outside = await counts(as_(outsider), made)
        groups = [shown(8), shown(6), shown(7), shown(5), shown(9), hidden("<5")]
        assert [group["actual"] for group in outside["participants"]] == groups
        assert [group["actual"] for site in outside["sites"] for group in site["participants"]] == groups
        assert [site["actualParticipants"] for site in outside["sites"]] == [shown(14), shown(12), hidden("9–13")]
        assert outside["actualParticipants"] == hidden("35–39")
        assert outside["plannedParticipants"] == shown(39)


@pytest.mark.parametrize("number", [0, 1, 2, 4])
async def test_nothing_tells_a_small_group_from_another(as_: As, network: SmallNetwork, number: int) -> None:
    """U12: whatever the hidden number is, every answer that others can get about people is the same to the byte."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    answers = []
    for few in (3, number):
        await moved(editor, "recordParticipants", made, participants=attendance(made, 8, 6, 7, 5, few, few))
        outsider = as_(network.pes_editor)
        nodes = await outsider.ask(
            f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on ParticipantGroup {{ actual {COUNT} }} }} }}",
            ids=[group["id"] for group in made["participants"]],
        )
        answers.append(json.dumps([await counts(outsider, made), nodes]))
    assert answers[0] == answers[1]


async def test_planned_numbers_are_hidden_alike(as_: As, network: SmallNetwork) -> None:
    """A small group is hidden in the plan too, also in the original that stands beside a deviation."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    few = [{"site": 0, "group": en("Residents"), "planned": n} for n in (2,)]
    made = await registered(editor, participants=few)
    await moved(editor, "recordDeviation", made, field="PARTICIPANTS", change=en("More."), reason=en("Asked."))
    found = await as_(None).ask(
        f"""query($id: ID!) {{ testRound(id: $id) {{ plannedParticipants {COUNT} actualParticipants {COUNT}
          deviations {{ original {{ participants {{ planned {COUNT} }} }} }} }} }}""",
        id=made["id"],
    )
    assert found["testRound"] == {
        "plannedParticipants": hidden("<5"),
        "actualParticipants": None,
        "deviations": [{"original": {"participants": [{"planned": hidden("<5")}]}}],
    }


async def test_what_is_not_known_is_not_zero(as_: As, network: SmallNetwork) -> None:
    """Rule 8: a group that nobody counted is null, and so is every total that it is in."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordParticipants", made, participants=attendance(made, 8, 6, 7, 5, 9, 6)[:5])
    found = await counts(editor, made)
    assert found["participants"][5]["actual"] is None
    assert [site["actualParticipants"] for site in found["sites"]] == [shown(14), shown(12), None]
    assert found["actualParticipants"] is None


async def test_numbers_can_be_put_right(as_: As, network: SmallNetwork) -> None:
    """A number given again replaces the one before; unknown groups and numbers below 0 are refused by their places."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    for number in (8, 9):
        group = {"group": made["participants"][0]["id"], "actual": number}
        await moved(editor, "recordParticipants", made, participants=[group])
    assert (await counts(editor, made))["participants"][0]["actual"] == shown(9)
    other = await running(editor)
    wrong = [{"group": other["participants"][0]["id"], "actual": -1}, {"group": made["sites"][0]["id"], "actual": 5}]
    assert await editor.refused("recordParticipants", {"id": made["id"], "participants": wrong}) == [
        ("NOT_FOUND", "participants.0.group"),
        ("INVALID", "participants.0.actual"),
        ("NOT_FOUND", "participants.1.group"),
    ]
    given = {"id": made["id"], "participants": attendance(made, 1, 2, 3, 4, 5, 6)}
    assert await as_(network.pes_editor).refused("recordParticipants", given) == [("FORBIDDEN", "")]
    assert await editor.refused("recordParticipants", {**given, "expectedVersion": 1}) == [
        ("CONFLICT", "expectedVersion")
    ]
    early = await registered(editor)
    assert await editor.refused(
        "recordParticipants", {"id": early["id"], "participants": attendance(early, *[5] * 6)}
    ) == [("WRONG_STATE", "")]
