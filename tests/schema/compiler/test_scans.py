"""How PostgreSQL runs the compiled lists over 20,000 cases: the right answer can also come slowly."""

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
from schema import schema
from schema.compiler.run import Context, PlanCache, RawExecutor
from services.ports import Ports
from services.viewer import Viewer

pytestmark = [pytest.mark.deep, pytest.mark.timeout(900)]
CASES = 20_000
_AS_READS = {"TimeZone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}
"""As the connections of compiled reads are: one plan for all values."""
LARGE = {"case", "case_version", "comment", "test_round"}
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


@pytest.mark.parametrize("keys", [("public",), ("public", *map("network:{}".format, range(11))), ("network:archive",)])
@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_list_walks_a_whole_table(
    generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports, name: str, keys: tuple[str, ...]
) -> None:
    """Whoever asks, a page of cases, rounds and comments is found by indexes."""
    assert not await _walked(generated, ports, QUESTIONS[name], keys) & LARGE


async def test_a_lost_index_would_be_seen(generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports) -> None:
    """Without the index of its order, the list walks the table: the test above looks at the right thing."""
    without = generated.transaction()
    await without.start()
    try:
        await generated.execute("drop index case_listed")
        assert "case" in await _walked(generated, ports, QUESTIONS["newest"], ("public",))
    finally:
        await without.rollback()


async def _walked(
    generated: "asyncpg.Connection[asyncpg.Record]", ports: Ports, question: str, keys: tuple[str, ...]
) -> set[str]:
    """The tables of which the plan of a root field reads every row."""
    asked = _Asked()
    context = Context(viewer=Viewer(keyring=keys), languages=("en",), database=asked, ports=ports, plans=PlanCache())
    query = parse(f"{{ {question} }}")
    assert not validate(schema, query)
    result = execute(schema, query, context_value=context, executor_class=RawExecutor)
    assert not isinstance(result, ExecutionResult)
    await result
    ((statement, values),) = asked.statements
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
