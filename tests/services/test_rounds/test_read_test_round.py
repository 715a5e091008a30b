"""testRound and what it shows: how it is read, and under which setting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from graphql import ExecutionResult, execute, parse

from infra.postgres.database import Database
from schema import schema
from schema.compiler.run import Context, PlanCache, RawExecutor
from services.cases.tables import Case
from services.ports import Ports
from services.viewer import ANYONE, organisation_key
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import (
    attendance,
    en,
    moved,
    observation,
    own_case,
    running,
    verdicts,
)

As = Callable[[str | None], Client]
EVERYTHING = """query($id: ID!) { testRound(id: $id) {
  __typename id number status revision isExample case { slug title { text } } organisation { slug }
  problem { text language isFallback method } hypothesis { text } prototypeVersion window { start end }
  comparisonGroup recordsPeople lawfulBasis retainUntil registeredAt startedAt concludedAt
  sites { id name { text } nuts participants { id } plannedParticipants { display } actualParticipants { display }
    verdicts { verdict } }
  criteria { id statement { text } threshold unit verdicts { site { id } verdict } }
  participants { id site { id } group { text } planned { value } actual { value isSuppressed display } }
  plannedParticipants { display } actualParticipants { display }
  deviations { field at change { text } reason { text } original { text { text } prototypeVersion
    window { start } criteria { id } sites { id } participants { id } } }
  observations(first: 10) { totalCount pageInfo { hasNextPage } edges { cursor node { id text { text } alias } } }
  findings { id state statement { text } action { text } previous { id } history { id } followedBy { id }
    observations { id } }
  verdicts { criterion { id } site { id } verdict note { text } }
  consents { alias }
  decision decisionReason { text } cancelledReason { text }
} }"""


@dataclass(slots=True)
class Counting:
    """The database, counting statements."""

    database: Database
    statements: list[str] = field(default_factory=list)

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """See Database."""
        self.statements.append(statement)
        return await self.database.fetch_json(statement, values)


@dataclass(frozen=True, slots=True)
class Reader:
    """Runs queries as nobody, without HTTP."""

    database: Counting
    ports: Ports

    async def read(self, query: str, made: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The round, as JSON would give it."""
        context = Context(
            viewer=ANYONE, languages=("en",), database=self.database, ports=self.ports, plans=PlanCache(), **options
        )
        answer = execute(
            schema,
            parse(query),
            context_value=context,
            variable_values={"id": made["id"]},
            executor_class=RawExecutor,
        )
        result = answer if isinstance(answer, ExecutionResult) else await answer
        assert not result.errors
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(result.data))["testRound"]
        return found


@pytest.fixture
def reader(clean: Database, ports: Ports) -> Reader:
    """A reader who is nobody in particular."""
    return Reader(Counting(clean), ports)


async def full_round(editor: Client) -> dict[str, Any]:
    """A round with something of everything."""
    await own_case(editor)
    made = await running(editor)
    await moved(editor, "recordDeviation", made, field="CRITERIA", change=en("One less."), reason=en("No time."))
    answer = await editor.do(
        "recordObservations",
        {"id": made["id"], "observations": [observation(made, "Stops.", alias="Alder")]},
        "testRound { observations(first: 1) { nodes { id } } }",
    )
    seen = [one["id"] for one in answer["testRound"]["observations"]["nodes"]]
    await moved(editor, "recordParticipants", made, participants=attendance(made, 8, 6, 7, 5, 9, 3))
    await moved(editor, "beginAnalysis", made)
    finding = {"statement": en("Haste"), "state": "NEW", "action": en("Breathe."), "observations": seen}
    await moved(editor, "recordFindings", made, findings=[finding])
    return await moved(editor, "recordVerdicts", made, verdicts=verdicts(made))


async def test_a_round_is_read_in_one_statement(as_: As, network: SmallNetwork, reader: Reader) -> None:
    """Everything about a round takes one statement, and walking the answer field by field gives the same."""
    made = await full_round(as_(network.olen_editor))
    found = await reader.read(EVERYTHING, made)
    assert len(reader.database.statements) == 1
    assert found["findings"][0]["observations"] == [{"id": found["observations"]["edges"][0]["node"]["id"]}]
    assert await reader.read(EVERYTHING, made, walk_all=True) == found


async def test_the_threshold_is_a_setting(as_: As, network: SmallNetwork, reader: Reader) -> None:
    """Rule 6: an installation says which groups are small; at 1 nothing is hidden."""
    made = await full_round(as_(network.olen_editor))
    query = """query($id: ID!) { testRound(id: $id) {
      participants { actual { display } } actualParticipants { display } } }"""
    shown = {
        1: (["8", "6", "7", "5", "9", "3"], "38"),
        5: (["8", "6", "7", "5", "9", "<5"], "35–39"),
        8: (["8", "<8", "<8", "<8", "9", "<8"], "17–45"),
    }
    for threshold, (groups, total) in shown.items():
        found = await reader.read(query, made, threshold=threshold)
        assert [group["actual"]["display"] for group in found["participants"]] == groups
        assert found["actualParticipants"] == {"display": total}


async def test_nothing_is_read_that_is_not_there(as_: As, network: SmallNetwork) -> None:
    """An id of another kind, of nothing or of nonsense finds no round."""
    case_id = await own_case(as_(network.olen_editor))
    query = "query($id: ID!) { testRound(id: $id) { id } }"
    for row_id in (case_id, "test_round_" + "0" * 32, "nonsense", ""):
        assert (await as_(network.olen_editor).ask(query, id=row_id))["testRound"] is None


async def test_who_loses_the_case_loses_its_rounds(as_: As, network: SmallNetwork) -> None:
    """When a case closes, its rounds are as if they were not there, with all their parts, to read and to change."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    await own_case(olen)
    made = await running(pes, organisation="arbetsformedlingen")
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [made["id"], *(part["id"] for name in ("sites", "criteria", "participants") for part in made[name])]
    assert all((await pes.ask(query, ids=ids))["nodes"])
    await Case.update({Case.audience: [organisation_key(network.olen)]}, force=True)
    for viewer in (network.pes_editor, network.olen_editor, None):
        found = (await as_(viewer).ask(query, ids=ids))["nodes"]
        assert any(found) is (viewer == network.olen_editor)
    given = {"id": made["id"], "observations": [observation(made, "Reads on.")]}
    assert await pes.refused("recordObservations", given) == [("NOT_FOUND", "id")]


async def test_rounds_of_a_case_are_sorted_and_narrowed(as_: As, network: SmallNetwork) -> None:
    """A case lists its rounds by number or the newest first, of a state, a decision or an organisation."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    await own_case(olen)
    pes_slug = "arbetsformedlingen"
    for client, slug in ((olen, "olen"), (olen, "olen"), (pes, pes_slug)):
        await running(client, organisation=slug)
    last = await running(pes, organisation=pes_slug)
    await moved(pes, "cancelTestRound", last, reason=en("Snow."))
    query = """query($filter: TestRoundFilter, $orderBy: TestRoundOrder) { case(slug: "olen-vision") {
      testRounds(first: 10, filter: $filter, orderBy: $orderBy) { nodes { number organisation { slug } status } } } }"""

    async def rounds(**given: Any) -> list[tuple[int, str]]:
        found = (await as_(None).ask(query, **given))["case"]["testRounds"]["nodes"]
        return [(one["number"], one["organisation"]["slug"]) for one in found]

    assert await rounds() == [(2, pes_slug), (1, pes_slug), (2, "olen"), (1, "olen")]
    assert await rounds(orderBy="NUMBER") == [(1, "olen"), (1, pes_slug), (2, "olen"), (2, pes_slug)]
    assert await rounds(filter={"organisation": "olen"}) == [(2, "olen"), (1, "olen")]
    assert await rounds(filter={"status": ["CANCELLED"]}) == [(2, pes_slug)]
    assert await rounds(filter={"decision": ["SCALE"]}) == []
