"""recordConsent and withdrawConsent, through GraphQL."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.comments.tables import Comment
from services.log import LogEntry
from services.test_rounds.document import document
from services.test_rounds.tables import Consent, FindingEvidence, Observation, TestRound
from tests.client import Client
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.factories.rounds import (
    RETAIN_UNTIL,
    concluded,
    en,
    moved,
    observation,
    own_case,
    planned,
    registered,
    running,
    verdicts,
)

As = Callable[[str | None], Client]
CONSENT = {
    "alias": "Alder",
    "purpose": "Testing the checklist",
    "wordingVersion": "2026-01",
    "retainUntil": RETAIN_UNTIL,
}
CONSENTS = """testRound { consents {
  alias purpose wordingVersion coversRecording givenAt withdrawnAt retainUntil } }"""


async def test_consents_stay_in_the_organisation(as_: As, network: SmallNetwork) -> None:
    """The organisation reads whole consents; others read that there are none, so that nobody can count them."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    given = {"id": made["id"], **CONSENT, "givenAt": "2026-02-01T09:00:00Z"}
    (kept,) = (await editor.do("recordConsent", given, CONSENTS))["testRound"]["consents"]
    assert datetime.fromisoformat(kept.pop("givenAt")) == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert kept == {**CONSENT, "coversRecording": False, "withdrawnAt": None}
    query = f"query($id: ID!) {{ {CONSENTS.replace('testRound', 'testRound(id: $id)')} }}"
    for outsider in (None, network.pes_editor, network.steward):
        assert (await as_(outsider).ask(query, id=made["id"]))["testRound"] == {"consents": []}
    assert len((await as_(network.olen_reader).ask(query, id=made["id"]))["testRound"]["consents"]) == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"alias": " "}, ("REQUIRED", "alias")),
        ({"alias": "x" * 61}, ("TOO_LONG", "alias")),
        ({"purpose": ""}, ("REQUIRED", "purpose")),
        ({"wordingVersion": "x" * 41}, ("TOO_LONG", "wordingVersion")),
        ({"givenAt": "2099-01-01T00:00:00Z"}, ("INVALID", "givenAt")),
        ({"retainUntil": "2026-01-01"}, ("INVALID", "retainUntil")),
        ({"retainUntil": "2125-05-01"}, ("INVALID", "retainUntil")),
        ({"expectedVersion": 1}, ("CONFLICT", "expectedVersion")),
    ],
)
async def test_a_consent_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """Each mistake is told with its code and its place, and nothing is stored."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    assert await editor.refused("recordConsent", {"id": made["id"], **CONSENT, **changes}) == [refusal]
    assert await Consent.count() == 0


async def test_consent_is_recorded_once_and_in_time(as_: As, network: SmallNetwork) -> None:
    """A repeated request records one consent; a plan and a concluded round take none; others record none."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await registered(editor)
    given = {"id": made["id"], **CONSENT, "idempotencyKey": "1"}
    for _ in range(2):
        await editor.do("recordConsent", given, "__typename")
    assert await Consent.count() == 1
    assert await as_(network.pes_editor).refused("recordConsent", given) == [("FORBIDDEN", "")]
    for other in (await planned(editor), await concluded(editor)):
        assert await editor.refused("recordConsent", {"id": other["id"], **CONSENT}) == [("WRONG_STATE", "")]


async def test_a_withdrawal_takes_the_observations_away(as_: As, network: SmallNetwork) -> None:
    """U4, rule 5: a participant's observations leave query, evidence and index; totals follow, the log is silent."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor, start={"lawfulBasis": "CONSENT"})
    for alias in ("Alder", "Birch"):
        await moved(editor, "recordConsent", made, **CONSENT | {"alias": alias})
    words = [("Alder", "Zirkelschluss"), ("Birch", "Ausdauer"), ("Alder", "Zeitdruck")]
    batch = [observation(made, said, alias=alias, quote=en(f"{said}!")) for alias, said in words]
    await moved(editor, "recordObservations", made, observations=batch)
    query = """query($id: ID!) { testRound(id: $id) {
      observations(first: 10) { totalCount nodes { id text { text } } }
      findings { observations { text { text } } } } }"""
    before = (await editor.ask(query, id=made["id"]))["testRound"]["observations"]
    assert before["totalCount"] == 3
    await moved(editor, "beginAnalysis", made)
    finding = {"statement": en("Haste"), "state": "NEW", "observations": [one["id"] for one in before["nodes"]]}
    await moved(editor, "recordFindings", made, findings=[finding])
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made))
    await moved(editor, "concludeTestRound", made, decision="STOP", decisionReason=en("Enough."))
    jobs = await indexed()

    after = await editor.do("withdrawConsent", {"id": made["id"], "alias": "alder"}, CONSENTS)

    stands = {one["alias"]: one["withdrawnAt"] is None for one in after["testRound"]["consents"]}
    assert stands == {"Alder": False, "Birch": True}
    for viewer in (network.olen_editor, None):
        found = (await as_(viewer).ask(query, id=made["id"]))["testRound"]
        assert found["observations"]["totalCount"] == 1
        assert [one["text"]["text"] for one in found["observations"]["nodes"]] == ["Ausdauer"]
        assert found["findings"] == [{"observations": [{"text": {"text": "Ausdauer"}}]}]
    gone = await as_(None).ask("query($id: ID!) { node(id: $id) { id } }", id=before["nodes"][0]["id"])
    assert gone["node"] is None
    assert await Observation.count() == await FindingEvidence.count() == 1
    round_row = await TestRound.select(TestRound.id).first()
    assert round_row
    said = str(await document(round_row["id"]))
    assert "Ausdauer" in said
    assert "Zirkelschluss" not in said
    assert await indexed() == jobs + 1
    log = json.dumps(await LogEntry.select(LogEntry.action, LogEntry.detail), default=str)
    assert "withdraw_consent" in log
    assert not [word for word in ("alder", "zirkel", "zeitdruck") if word in log.lower()]


async def test_a_withdrawal_can_be_repeated(as_: As, network: SmallNetwork) -> None:
    """Who has withdrawn may withdraw again, and nothing changes; an alias that nobody knows is refused."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordConsent", made, **CONSENT)
    once = await moved(editor, "withdrawConsent", made, alias="Alder")
    assert (await moved(editor, "withdrawConsent", made, alias="Alder"))["revision"] == once["revision"]
    unknown = {"id": made["id"], "alias": "Birch"}
    assert await editor.refused("withdrawConsent", unknown) == [("NOT_FOUND", "alias")]
    assert await as_(network.pes_editor).refused("withdrawConsent", unknown) == [("FORBIDDEN", "")]
    assert await editor.refused("withdrawConsent", unknown | {"expectedVersion": 1}) == [
        ("CONFLICT", "expectedVersion")
    ]


async def test_an_objection_works_without_consent(as_: As, network: SmallNetwork) -> None:
    """On the ground of a public task there need be no consent, and still a participant's observations go, for good."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    batch = [observation(made, "Stops.", alias="Alder"), observation(made, "Reads on.")]
    await moved(editor, "recordObservations", made, observations=batch)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    assert await Observation.count() == 1
    again = {"id": made["id"], "observations": batch[:1]}
    assert await editor.refused("recordObservations", again) == [("REQUIRED", "observations.0.alias")]
    await moved(editor, "withdrawConsent", made, alias="alder")
    await moved(editor, "recordConsent", made, **CONSENT)
    await editor.do("recordObservations", again, "__typename")


async def test_who_comes_back_consents_anew(as_: As, network: SmallNetwork) -> None:
    """After a withdrawal nothing is recorded under the alias on any ground, until there is a new consent."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    tied = {"id": made["id"], "observations": [observation(made, "Reads on.", alias="Alder")]}
    await moved(editor, "recordConsent", made, **CONSENT)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    assert await editor.refused("recordObservations", tied) == [("REQUIRED", "observations.0.alias")]
    await moved(editor, "recordConsent", made, **CONSENT)
    await editor.do("recordObservations", tied, "__typename")


async def indexed() -> int:
    """How many index jobs wait."""
    rows = await TestRound.raw("select count(*) as n from pgqueuer where entrypoint = 'index'")
    count: int = rows[0]["n"]
    return count


async def test_a_withdrawal_leaves_search(as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]) -> None:
    """U4: what a participant made us see is found before the withdrawal, and by nobody after it."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordObservations", made, observations=[observation(made, "Zirkelschluss", alias="Alder")])
    query = '{ search(query: "Zirkelschluss") { totalCount edges { node { ... on TestRound { id } } } } }'
    await work()
    found = {"totalCount": 1, "edges": [{"node": {"id": made["id"]}}]}
    assert (await as_(None).ask(query))["search"] == found
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    for viewer in (None, network.olen_editor):
        assert (await as_(viewer).ask(query))["search"] == {"totalCount": 0, "edges": []}


async def test_a_repeated_request_brings_nothing_back(as_: As, network: SmallNetwork) -> None:
    """The key of a request whose observations have gone stays used: sent again, it records and shows nothing."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    given = {"id": made["id"], "observations": [observation(made, "Reads on.", alias="Alder")], "idempotencyKey": "1"}
    await editor.do("recordObservations", given, "__typename")
    await moved(editor, "withdrawConsent", made, alias="Alder")
    again = await editor.do("recordObservations", given, "testRound { observations(first: 1) { totalCount } }")
    assert again["testRound"]["observations"]["totalCount"] == 0
    assert await Observation.count() == 0


async def test_what_another_said_too_stays(as_: As, network: SmallNetwork) -> None:
    """Words that stand in somebody else's observation, or in the plan, are not Alder's alone, and stay."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    batch = [
        observation(made, "Stops at the second box.", alias="Alder"),
        observation(made, "Stops at the second box!", alias="Birch"),
        observation(made, "A checklist brings the papers.", alias="Alder"),
    ]
    await moved(editor, "recordObservations", made, observations=batch)
    bodies = [f"They say: {one['text'][0]['text']}" for one in batch]
    for body in bodies:
        await commented(editor, made["id"], body)
    for alias, left in (("Alder", bodies), ("Birch", [*["They say: […]."] * 2, bodies[2]])):
        await moved(editor, "withdrawConsent", made, alias=alias)
        assert [row["body"].replace("!", ".") for row in await Comment.select().order_by(Comment.created_at)] == [
            body.replace("!", ".") for body in left
        ]


async def test_a_word_or_two_are_nobodys(as_: As, network: SmallNetwork) -> None:
    """Of a very short observation people's own texts are not cut, since anybody may have said that."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordObservations", made, observations=[observation(made, "Of course.", alias="Alder")])
    await commented(editor, made["id"], "Of course they are.")
    await moved(editor, "withdrawConsent", made, alias="Alder")
    (comment,) = await Comment.select(Comment.body)
    assert comment["body"] == "Of course they are."
