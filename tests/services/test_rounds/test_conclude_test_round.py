"""beginAnalysis, recordVerdicts and concludeTestRound, through GraphQL."""

from collections.abc import Callable
from datetime import UTC, datetime

from services.log import LogEntry
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import analysing, en, moved, own_case, running, verdicts

As = Callable[[str | None], Client]


async def test_a_round_ends_with_a_verdict_for_each_criterion_at_each_site(as_: As, network: SmallNetwork) -> None:
    """U3, rule 12: with three offices and two criteria each missing verdict is named, and with all six it concludes."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await analysing(editor)
    given = {"id": made["id"], "decision": "ITERATE", "decisionReason": en("Better words are needed.")}
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made)[:4])
    payload = await editor.change("concludeTestRound", given, "testRound { id }")
    assert payload["testRound"] is None
    assert payload["userErrors"] == [
        {
            "code": "REQUIRED",
            "field": ["verdicts"],
            "message": f"There is no verdict on «Knows what will happen» at «Office {letter}»."
            " Give one; NOT_TESTED is one too.",
        }
        for letter in "BC"
    ]
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made, "NOT_TESTED")[4:])
    shown = "testRound { status decision decisionReason { text } concludedAt }"
    concluded = (await editor.do("concludeTestRound", given, shown))["testRound"]
    at = datetime.fromisoformat(concluded.pop("concludedAt"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert concluded == {
        "status": "CONCLUDED",
        "decision": "ITERATE",
        "decisionReason": {"text": "Better words are needed."},
    }
    assert await LogEntry.count().where(LogEntry.action == "conclude_test_round") == 1
    assert await editor.refused("concludeTestRound", given) == [("WRONG_STATE", "")]


async def test_concluding_without_a_decision_is_refused(as_: As, network: SmallNetwork) -> None:
    """U3, rule 12: a decision and its reason are each asked for, and the round stays where it was."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await analysing(editor)
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made))
    assert await editor.refused("concludeTestRound", {"id": made["id"]}) == [
        ("REQUIRED", "decision"),
        ("REQUIRED", "decisionReason"),
    ]
    assert await editor.refused("concludeTestRound", {"id": made["id"], "decision": "STOP"}) == [
        ("REQUIRED", "decisionReason")
    ]
    query = "query($id: ID!) { testRound(id: $id) { status decision } }"
    assert (await as_(None).ask(query, id=made["id"]))["testRound"] == {"status": "ANALYSING", "decision": None}


async def test_verdicts_are_read_from_every_side(as_: As, network: SmallNetwork) -> None:
    """The same verdict stands with the round, its criterion and its site; one given again replaces the one before."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await analysing(editor)
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made, "NOT_MET"))
    last = {**verdicts(made, "PARTLY_MET")[5], "note": en("On paper only.")}
    await moved(editor, "recordVerdicts", made, verdicts=[last])
    found = await as_(None).ask(
        """query($id: ID!) { testRound(id: $id) {
          verdicts { criterion { id } site { id } verdict note { text } }
          criteria { verdicts { verdict } } sites { verdicts { verdict } } } }""",
        id=made["id"],
    )
    all_of_them = found["testRound"]["verdicts"]
    pairs = [(one["criterion"]["id"], one["site"]["id"]) for one in all_of_them]
    assert pairs == [(one["criterion"], one["site"]) for one in verdicts(made)]
    assert [one["verdict"] for one in all_of_them] == ["NOT_MET"] * 5 + ["PARTLY_MET"]
    assert all_of_them[5]["note"] == {"text": "On paper only."}
    by_criterion = [[one["verdict"] for one in criterion["verdicts"]] for criterion in found["testRound"]["criteria"]]
    assert by_criterion == [["NOT_MET"] * 3, ["NOT_MET", "NOT_MET", "PARTLY_MET"]]
    by_site = [[one["verdict"] for one in site["verdicts"]] for site in found["testRound"]["sites"]]
    assert by_site == [["NOT_MET"] * 2, ["NOT_MET"] * 2, ["NOT_MET", "PARTLY_MET"]]


async def test_verdicts_that_make_no_sense_are_refused(as_: As, network: SmallNetwork) -> None:
    """A criterion or site of another round, and two verdicts on the same, are refused by their places."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made, other = await analysing(editor), await analysing(editor)
    good, elsewhere = verdicts(made)[0], verdicts(other)[0]
    assert await editor.refused("recordVerdicts", {"id": made["id"], "verdicts": [good, good, elsewhere]}) == [
        ("INVALID", "verdicts.1"),
        ("NOT_FOUND", "verdicts.2.criterion"),
        ("NOT_FOUND", "verdicts.2.site"),
    ]
    given = {"id": made["id"], "verdicts": [good]}
    assert await as_(network.pes_editor).refused("recordVerdicts", given) == [("FORBIDDEN", "")]
    assert await editor.refused("recordVerdicts", {**given, "expectedVersion": 1}) == [("CONFLICT", "expectedVersion")]


async def test_analysis_follows_testing(as_: As, network: SmallNetwork) -> None:
    """Testing ends once; verdicts and conclusions wait for that, and others end nothing."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    assert await editor.refused("recordVerdicts", {"id": made["id"], "verdicts": verdicts(made)}) == [
        ("WRONG_STATE", "")
    ]
    assert await editor.refused("concludeTestRound", {"id": made["id"]}) == [("WRONG_STATE", "")]
    step = {"id": made["id"]}
    assert await as_(network.pes_editor).refused("beginAnalysis", step) == [("FORBIDDEN", "")]
    assert await editor.refused("beginAnalysis", {**step, "expectedVersion": 1}) == [("CONFLICT", "expectedVersion")]
    assert (await moved(editor, "beginAnalysis", made))["status"] == "ANALYSING"
    assert await editor.refused("beginAnalysis", step) == [("WRONG_STATE", "")]
