"""How PostgreSQL runs the compiled lists over 20,000 cases behind both walls: the right answer can come slowly."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from graphql import ExecutionResult, execute, parse, validate

import infra.bench
import infra.postgres.migrations
from infra.embedded import start_embedded
from infra.postgres.breadth import LITTLE
from infra.postgres.roles import READER, SERVICE
from schema import schema
from schema.compiler.run import Context, PlanCache, RawExecutor
from services.ports import Ports
from services.viewer import Viewer

pytestmark = [pytest.mark.deep, pytest.mark.timeout(900)]
CASES = 20_000
_AS_READS = {"TimeZone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}
"""As the connections of compiled reads are: one plan for all values. The owner becomes their role later on."""
LARGE = {"case", "case_audience", "case_version", "comment", "test_round"}
_TABLES = sorted(Path(infra.postgres.migrations.__file__).parent.glob("*.sql"))
"""Straight from the files: the migrations' own runner speaks to the database that the suite has open."""
_GENERATE = Path(infra.bench.__file__).with_name("generate.sql")
ROUNDS = "testRounds(first: 3) { nodes { status comments(first: 2) { nodes { body author { name } } } } }"
CURSOR = b64encode(f"NEWEST|{UUID(int=7)}|2020-01-08 00:00:00+00".encode()).decode()


@dataclass(slots=True)
class _Asked:
    """Stands where the database does, and keeps what it is asked."""

    statements: list[tuple[str, list[Any]]] = field(default_factory=list)

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """Keep the statement; there is no answer."""
        self.statements.append((statement, values))
        return None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def generated(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to 20,000 generated cases with 60,000 rounds and 300,000 comments."""
    with start_embedded(tmp_path_factory.mktemp("generated"), durable=False) as running:
        connection = await asyncpg.connect(running.database_url, server_settings=_AS_READS)
        for path in _TABLES:
            await connection.execute(path.read_text(encoding="utf-8"))
        await connection.execute(_GENERATE.read_text(encoding="utf-8").format(cases=CASES), timeout=600)
        await connection.execute("vacuum analyze", timeout=600)
        await connection.execute(f"grant {SERVICE} to current_user; set role {READER}")
        yield connection
        await connection.close()


ORGANISATION = "owner { name { text } }"
QUESTIONS = {
    "newest": f"cases(first: 50) {{ nodes {{ slug title {{ text }} {ORGANISATION} }} }}",
    "with rounds and comments": f"cases(first: 20) {{ nodes {{ slug {ROUNDS} }} }}",
    "oldest": "cases(first: 20, orderBy: OLDEST) { nodes { slug } }",
    "by slug": "cases(first: 20, orderBy: SLUG) { nodes { slug title { text } } }",
    "from the end": "cases(last: 20) { nodes { slug } pageInfo { hasPreviousPage startCursor } }",
    "after a cursor": f'cases(first: 20, after: "{CURSOR}") {{ nodes {{ slug }} pageInfo {{ hasNextPage }} }}',
    "before a cursor": f'cases(last: 20, before: "{CURSOR}") {{ nodes {{ slug }} pageInfo {{ hasNextPage }} }}',
    "of an organisation": 'cases(first: 20, filter: { owner: "organisation-7" }) { nodes { slug } }',
    "of a kind": "cases(first: 20, filter: { kind: [METHOD] }) { nodes { slug } }",
    "of a country": 'cases(first: 20, filter: { country: ["BE"] }) { nodes { slug } }',
    "one case": f'case(slug: "case-700") {{ slug {ORGANISATION} {ROUNDS} }}',
}


@dataclass(frozen=True, slots=True)
class _Asker:
    """Somebody with these keys, who is known to read little or not."""

    keys: tuple[str, ...]
    reads_little: bool = False


ANYONE = _Asker(("public",))
NARROW = _Asker(("network:archive",), reads_little=True)
MEMBER = ("public", *map("network:{}".format, range(11)))
ASKERS = {
    "anyone": ANYONE,
    "a member": _Asker(MEMBER),
    "a member who reads little": _Asker(MEMBER, reads_little=True),
    "of the archive": _Asker(NARROW.keys),
    "of the archive, who reads little": NARROW,
}


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_list_walks_a_whole_table(
    generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports, name: str, asker: str
) -> None:
    """Whoever asks, a page of cases, rounds and comments is found by indexes."""
    assert not await _walked(generated, ports, QUESTIONS[name], ASKERS[asker]) & LARGE


async def test_a_lost_index_would_be_seen(generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports) -> None:
    """Without the index of its order, the list walks the table: the test above looks at the right thing."""
    without = generated.transaction()
    await without.start()
    try:
        await generated.execute(f"set local role none; drop index case_listed; set local role {READER}")
        assert "case" in await _walked(generated, ports, QUESTIONS["newest"], ANYONE)
        key = "alter table case_audience drop constraint case_audience_pkey"
        await generated.execute(f"set local role none; {key}; set local role {READER}")
        assert "case_audience" in await _walked(generated, ports, QUESTIONS["newest"], NARROW)
    finally:
        await without.rollback()


@pytest.mark.parametrize("name", ["newest", "oldest", "from the end", "after a cursor", "of a kind"])
async def test_who_reads_little_is_not_led_past_the_rest(
    generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports, name: str
) -> None:
    """A page of the reader of the oldest 1 % touches a few rows for each that it shows, wherever they stand."""
    ((statement, values),) = await _asked(ports, QUESTIONS[name], NARROW)
    told = await generated.fetchval(f"explain (analyze, format json) {statement}", *values)
    nodes = list(_nodes(json.loads(told)[0]["Plan"]))
    assert max(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in nodes) <= CASES // 100


async def test_the_probe_of_who_reads_little_walks_both_ends(generated: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Behind the wall of the service's own work too, the first thousand of a list are found by its index."""
    try:
        await generated.execute(f"set role none; set role {SERVICE}; set app.keyring = '*'")
        told = await generated.fetchval(f"explain (analyze, format json) {LITTLE}", ["public"])
    finally:
        await generated.execute(f"reset app.keyring; set role none; set role {READER}")
    assert {node["Node Type"] for node in _nodes(json.loads(told)[0]["Plan"])} & {"Seq Scan", "Sort"} == set()


async def _asked(ports: Ports, question: str, asker: _Asker) -> list[tuple[str, list[Any]]]:
    """The statements of a root field, with their values."""
    asked = _Asked()
    context = Context(
        viewer=Viewer(keyring=asker.keys),
        languages=("en",),
        database=asked,
        ports=ports,
        plans=PlanCache(),
        reads_little=asker.reads_little,
    )
    query = parse(f"{{ {question} }}")
    assert not validate(schema, query)
    result = execute(schema, query, context_value=context, executor_class=RawExecutor)
    assert not isinstance(result, ExecutionResult)
    await result
    return asked.statements


async def _walked(
    generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports, question: str, asker: _Asker
) -> set[str]:
    """The tables of which the plan of a root field reads every row."""
    ((statement, values),) = await _asked(ports, question, asker)
    await generated.execute(f"prepare asked as {statement}")
    nothing = f"({', '.join('null' for _ in values)})" if values else ""  # the plan is the same for all values
    try:
        kept = await generated.fetchval(f"explain (format json) execute asked{nothing}")
    finally:
        await generated.execute("deallocate asked")
    for_these = await generated.fetchval(f"explain (format json) {statement}", *values)
    plans = [json.loads(plan)[0]["Plan"] for plan in (kept, for_these)]
    return {node["Relation Name"] for plan in plans for node in _nodes(plan) if node["Node Type"] == "Seq Scan"}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for under in plan.get("Plans", ()):
        yield from _nodes(under)
