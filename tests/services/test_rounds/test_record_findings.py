"""recordFindings, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.test_rounds.rules import FATES, check_fate
from services.test_rounds.tables import RoundFinding
from services.test_rounds.terms import FindingState
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import analysing, en, moved, observation, own_case, running

As = Callable[[str | None], Client]

FOUND = "testRound { findings { id state statement { text } action { text } observations { text { text } } } }"


async def findings(client: Client, made: dict[str, Any], *given: dict[str, Any]) -> list[dict[str, Any]]:
    """Record findings; gives all of the round's."""
    payload = await client.do("recordFindings", {"id": made["id"], "findings": list(given)}, FOUND)
    found: list[dict[str, Any]] = payload["testRound"]["findings"]
    return found


async def test_a_finding_rests_on_observations(as_: As, network: SmallNetwork) -> None:
    """A theme is read with its action and its evidence, in the order of the observations."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    batch = [observation(made, words) for words in ("First", "Second", "Third")]
    answer = await editor.do(
        "recordObservations",
        {"id": made["id"], "observations": batch},
        "testRound { observations(first: 3) { nodes { id } } }",
    )
    seen = [one["id"] for one in answer["testRound"]["observations"]["nodes"]]
    await moved(editor, "beginAnalysis", made)
    given = {
        "statement": en("The word is misread."),
        "state": "NEW",
        "action": en("Another word."),
        "observations": [seen[2], seen[0]],
    }
    (found,) = await findings(editor, made, given)
    del found["id"]
    assert found == {
        "state": "NEW",
        "statement": {"text": "The word is misread."},
        "action": {"text": "Another word."},
        "observations": [{"text": {"text": "First"}}, {"text": {"text": "Third"}}],
    }


async def test_a_finding_is_followed_from_round_to_round(as_: As, network: SmallNetwork) -> None:
    """A later round says what became of a finding; its history and its fate are read from either end."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    previous = None
    chain = []
    for state in ("NEW", "FIXED", "REGRESSED"):
        made = await analysing(editor)
        (found,) = await findings(
            editor, made, {"statement": en("The word is misread."), "state": state, "previous": previous}
        )
        chain.append(found["id"])
        previous = found["id"]
    query = """query($first: ID!, $last: ID!) {
      last: node(id: $last) { ... on RoundFinding {
        state roundNumber previous { id } history { id state roundNumber } followedBy { id } } }
      first: node(id: $first) { ... on RoundFinding { previous { id } history { id } followedBy { id state } } } }"""
    assert await as_(None).ask(query, first=chain[0], last=chain[2]) == {
        "last": {
            "state": "REGRESSED",
            "roundNumber": 3,
            "previous": {"id": chain[1]},
            "history": [
                {"id": chain[0], "state": "NEW", "roundNumber": 1},
                {"id": chain[1], "state": "FIXED", "roundNumber": 2},
            ],
            "followedBy": [],
        },
        "first": {"previous": None, "history": [], "followedBy": [{"id": chain[1], "state": "FIXED"}]},
    }


async def test_only_an_earlier_round_of_the_case_came_before(as_: As, network: SmallNetwork) -> None:
    """A finding of this round, of a later one, of another case or of a round one may not read is not found."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    await own_case(olen)
    await own_case(olen, slug="other-case")
    new = {"statement": en("The word is misread."), "state": "NEW"}
    elsewhere = await findings(olen, await analysing(olen, case="other-case"), new)
    theirs = await findings(pes, await analysing(pes, organisation="arbetsformedlingen", audience={}), new)
    made = await analysing(olen)
    own = await findings(olen, made, new)
    later = await findings(olen, await analysing(olen), new)
    for previous in (elsewhere, theirs, own, later):
        given = {"statement": en("Still."), "state": "REMAINS", "previous": previous[0]["id"]}
        assert await olen.refused("recordFindings", {"id": made["id"], "findings": [given]}) == [
            ("NOT_FOUND", "findings.0.previous")
        ]
    given = {"statement": en("Still."), "state": "REMAINS", "previous": made["id"]}
    assert await olen.refused("recordFindings", {"id": made["id"], "findings": [given]}) == [
        ("NOT_FOUND", "findings.0.previous")
    ]


async def test_a_finding_can_be_revised(as_: As, network: SmallNetwork) -> None:
    """While analysing, a finding can be said better without losing its id; twice at once is refused."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await analysing(editor)
    first, _ = await findings(
        editor, made, {"statement": en("Haste"), "state": "NEW"}, {"statement": en("Other"), "state": "NEW"}
    )
    better = {"statement": en("Time pressure"), "state": "WONT_FIX", "revises": first["id"]}
    after = await findings(editor, made, better)
    assert [(one["id"] == first["id"], one["state"], one["statement"]["text"]) for one in after] == [
        (True, "WONT_FIX", "Time pressure"),
        (False, "NEW", "Other"),
    ]
    twice = {"id": made["id"], "findings": [better, better]}
    assert await editor.refused("recordFindings", twice) == [("INVALID", "findings")]


async def test_findings_that_make_no_sense_are_refused(as_: As, network: SmallNetwork) -> None:
    """Every mistake is told by its place, nothing is stored; a repeated request adds nothing; others add nothing."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await analysing(editor)
    wrong = [
        {"statement": en(""), "state": "FIXED"},
        {"statement": en("Haste"), "state": "NEW", "observations": [made["id"]], "revises": made["id"]},
    ]
    assert await editor.refused("recordFindings", {"id": made["id"], "findings": wrong}) == [
        ("INVALID", "findings.0.state"),
        ("REQUIRED", "findings.0.statement"),
        ("NOT_FOUND", "findings.1.revises"),
        ("NOT_FOUND", "findings.1.observations.0"),
    ]
    assert await RoundFinding.count() == 0
    given = {"id": made["id"], "findings": [{"statement": en("Haste"), "state": "NEW"}], "idempotencyKey": "1"}
    for _ in range(2):
        await editor.do("recordFindings", given, "__typename")
    assert await RoundFinding.count() == 1
    assert await as_(network.pes_editor).refused("recordFindings", given) == [("FORBIDDEN", "")]
    early = await running(editor)
    assert await editor.refused("recordFindings", {**given, "id": early["id"], "idempotencyKey": "3"}) == [
        ("WRONG_STATE", "")
    ]
    stale = {**given, "idempotencyKey": "2", "expectedVersion": 1}
    assert await editor.refused("recordFindings", stale) == [("CONFLICT", "expectedVersion")]


@pytest.mark.parametrize("previous", FATES)
@pytest.mark.parametrize("state", FindingState)
def test_a_fate_follows_from_the_one_before(previous: FindingState | None, state: FindingState) -> None:
    """What was never seen cannot remain or be gone, what is gone can only come back or stay gone, and NEW is new."""
    allowed = not [*check_fate(previous, state)]
    match state:
        case FindingState.NEW:
            assert allowed is (previous is None)
        case FindingState.REMAINS:
            assert allowed is (previous not in {None, FindingState.FIXED})
        case FindingState.FIXED:
            assert allowed is (previous is not None)
        case FindingState.REGRESSED:
            assert allowed is (previous is FindingState.FIXED)
        case FindingState.WONT_FIX:
            assert allowed
