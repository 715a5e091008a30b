"""startTestRound, cancelTestRound and shareTestRound, through GraphQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.test_rounds.rules import check_startable
from services.test_rounds.terms import LawfulBasis
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import RETAIN_UNTIL, concluded, en, moved, own_case, planned, registered, running

As = Callable[[str | None], Client]
STARTED = "testRound { status lawfulBasis retainUntil recordsPeople }"


@pytest.mark.parametrize(
    ("plan", "start", "ground"),
    [
        ({}, {"retainUntil": RETAIN_UNTIL}, "PUBLIC_TASK"),
        ({"lawfulBasis": "CONSENT", "retainUntil": RETAIN_UNTIL}, {}, "CONSENT"),
        ({"lawfulBasis": "CONSENT"}, {"lawfulBasis": "CONTRACT", "retainUntil": RETAIN_UNTIL}, "CONTRACT"),
    ],
)
async def test_a_running_round_has_a_ground(
    as_: As, network: SmallNetwork, plan: dict[str, Any], start: dict[str, Any], ground: str
) -> None:
    """Rule 4: the ground is the one given at the start, else the planned one, else a public body's task."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor, **plan)
    started = await editor.do("startTestRound", {"id": made["id"], "recordsPeople": True, **start}, STARTED)
    assert started["testRound"] == {
        "status": "RUNNING",
        "lawfulBasis": ground,
        "retainUntil": RETAIN_UNTIL,
        "recordsPeople": True,
    }


async def test_data_of_people_are_not_kept_for_ever(as_: As, network: SmallNetwork) -> None:
    """Rule 4: without a retention date, or with one that is past or over 30 years ahead, nothing starts."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    today = datetime.now(UTC).date()
    assert await editor.refused("startTestRound", {"id": made["id"]}) == [("REQUIRED", "retainUntil")]
    for day in (today, today - timedelta(days=1), today + timedelta(days=10_958)):
        given = {"id": made["id"], "retainUntil": day.isoformat()}
        assert await editor.refused("startTestRound", given) == [("INVALID", "retainUntil")]
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert (await moved(editor, "startTestRound", made, retainUntil=tomorrow))["status"] == "RUNNING"


def test_a_round_runs_somewhere() -> None:
    """Rule 4: no site, no ground and no date are each named."""
    today = datetime.now(UTC).date()
    problems = check_startable(None, None, 0, today)
    assert [problem.field for problem in problems] == [("lawfulBasis",), ("retainUntil",), ("sites",)]
    assert not [*check_startable(LawfulBasis.PUBLIC_TASK, today + timedelta(days=1), 1, today)]


async def test_only_a_registered_round_starts(as_: As, network: SmallNetwork) -> None:
    """A plan must be registered first, a running round runs already, and others start nothing."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    for made in (await planned(editor), await running(editor)):
        given = {"id": made["id"], "retainUntil": RETAIN_UNTIL}
        assert await editor.refused("startTestRound", given) == [("WRONG_STATE", "")]
        assert await as_(network.reviewer).refused("startTestRound", given) == [("FORBIDDEN", "")]


async def test_a_round_is_cancelled_with_a_reason(as_: As, network: SmallNetwork) -> None:
    """The reason is required and shown; what is concluded or cancelled cannot be cancelled."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    assert await editor.refused("cancelTestRound", {"id": made["id"], "reason": en("")}) == [("REQUIRED", "reason")]
    given = {"id": made["id"], "reason": en("The office closed.")}
    shown = "testRound { status cancelledReason { text } }"
    assert (await editor.do("cancelTestRound", given, shown))["testRound"] == {
        "status": "CANCELLED",
        "cancelledReason": {"text": "The office closed."},
    }
    assert await editor.refused("cancelTestRound", given) == [("WRONG_STATE", "")]
    over = await concluded(editor)
    assert await editor.refused("cancelTestRound", {**given, "id": over["id"]}) == [("WRONG_STATE", "")]
    stale = {**given, "id": (await running(editor))["id"], "expectedVersion": 1}
    assert await editor.refused("cancelTestRound", stale) == [("CONFLICT", "expectedVersion")]


async def test_a_concluded_round_can_be_shared(as_: As, network: SmallNetwork) -> None:
    """What was tested behind closed doors is opened afterwards, and no further than its case is."""
    editor = as_(network.olen_editor)
    await own_case(editor, audience={"networks": ["learning"]})
    made = await concluded(editor, audience={})
    query = "query($id: ID!) { testRound(id: $id) { decision } }"
    peer = as_(network.pes_editor)
    assert (await peer.ask(query, id=made["id"]))["testRound"] is None
    public = {"id": made["id"], "audience": {"public": True}}
    assert await editor.refused("shareTestRound", public) == [("INVALID", "audience")]
    await moved(editor, "shareTestRound", made, audience={"networks": ["learning"]})
    assert (await peer.ask(query, id=made["id"]))["testRound"] == {"decision": "SCALE"}
    assert await peer.refused("shareTestRound", public) == [("FORBIDDEN", "")]
