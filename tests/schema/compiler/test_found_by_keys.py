"""Lists that are found by the viewer's keys: the same pages as those that are found along the list."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from graphql import DocumentNode, ExecutionResult, execute, parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from schema import catalogue, schema
from schema.cases.lists import CASE_ORDERS
from schema.compiler.bind import bind
from schema.compiler.catalogue import UndeclaredType
from schema.compiler.run import Context, PlanCache, RawExecutor
from schema.compiler.sources import Rule
from services.ports import Ports
from services.viewer import Viewer

KEYS = ("public", "network:one", "network:two", "organisation:olen")
KINDS = ("METHOD", "GUIDANCE")
OWNERS = ("olen", "mechelen")
QUERY = """
query($first: Int, $after: String, $last: Int, $before: String, $orderBy: CaseOrder, $filter: CaseFilter) {
  cases(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
    nodes { slug kind owner { slug } }
    edges { cursor node { title { text } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""
DOCUMENTS = [
    parse(text)
    for text in (
        QUERY,
        QUERY.replace("pageInfo { hasNextPage hasPreviousPage startCursor endCursor }", ""),
        QUERY.replace("nodes { slug kind owner { slug } }", "nodes { slug }").replace("totalCount", "__typename"),
    )
]
FILL = """
    with made as (
        insert into "case" (id, slug, kind, owner, audience, listed_at)
        select one.id, 'case-' || one.id, one.kind, organisation.id, one.audience,
               timestamptz '2020-01-01' + one.minute * interval '1 minute'
        from jsonb_to_recordset($1) one(id uuid, kind text, owner text, audience text[], minute int)
        join organisation on organisation.slug = one.owner
        returning id
    )
    insert into case_version (id, "case", number, status, audience, title)
    select one.id, one.id, 1, 'PUBLISHED', one.version_audience, '{"source": "en", "en": {"text": "Case"}}'
    from jsonb_to_recordset($1) one(id uuid, version_audience text[]) join made on made.id = one.id
"""
OWNED = """
    insert into organisation (id, slug, names, kind, level, country)
    select gen_random_uuid(), slug, '{}', 'PES', 'LOCAL', 'BE' from unnest($1::text[]) slug
"""
AUDIENCES = st.lists(st.sampled_from(KEYS), max_size=4)


@st.composite
def cases(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cases of few minutes, so that many are listed at the same time; now and then a version has readers of its own."""
    made = []
    for place in draw(st.permutations(range(1, 1 + draw(st.integers(0, 12))))):
        audience = draw(AUDIENCES)
        made.append(
            {
                "id": str(UUID(int=place)),
                "kind": draw(st.sampled_from(KINDS)),
                "owner": draw(st.sampled_from(OWNERS)),
                "audience": audience,
                "version_audience": draw(st.just(audience) | AUDIENCES),
                "minute": draw(st.integers(0, 3)),
            }
        )
    return made


@dataclass(slots=True)
class _Listening:
    """The database, with a note of what it was asked."""

    database: Database
    asked: list[str] = field(default_factory=list)

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """Note the statement and run it."""
        self.asked.append(statement)
        return await self.database.fetch_json(statement, values)


async def _page(context: Context, document: DocumentNode, variables: dict[str, Any]) -> dict[str, Any]:
    result = execute(schema, document, context_value=context, variable_values=variables, executor_class=RawExecutor)
    told = result if isinstance(result, ExecutionResult) else await result
    assert not told.errors, told.errors
    page: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(told.data))["cases"]
    return page


async def _same_pages(
    listening: _Listening, ports: Ports, document: DocumentNode, keyring: Sequence[str], variables: dict[str, Any]
) -> None:
    """Walk to the end of the list by the edges' cursors, both ways at each page."""
    plain = Context(
        viewer=Viewer(keyring=tuple(keyring)), languages=("en",), database=listening, ports=ports, plans=PlanCache()
    )
    size, cursor, side = ("first", "after", -1) if "first" in variables else ("last", "before", 0)
    for _ in range(14):
        listening.asked.clear()
        expected = await _page(plain, document, variables)
        assert await _page(replace(plain, reads_little=True), document, variables) == expected
        along, by_keys = listening.asked
        assert "case_audience" not in along
        assert ("case_audience" in by_keys) == (variables.get("orderBy") != "SLUG")
        if len(expected["edges"]) < variables[size]:
            return
        variables = {**variables, cursor: expected["edges"][side]["cursor"]}
    raise AssertionError("The list did not end.")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=cases(),
    keyring=st.lists(st.sampled_from(KEYS), max_size=5),
    document=st.sampled_from(DOCUMENTS),
    window=st.fixed_dictionaries({"first": st.integers(1, 4)}) | st.fixed_dictionaries({"last": st.integers(1, 4)}),
    more=st.fixed_dictionaries(
        {},
        optional={
            "orderBy": st.sampled_from(tuple(CASE_ORDERS)),
            "filter": st.fixed_dictionaries(
                {}, optional={"kind": st.just([KINDS[0]]), "owner": st.sampled_from(OWNERS)}
            ),
        },
    ),
)
async def test_pages_are_the_same_however_they_are_found(
    clean: Database,
    ports: Ports,
    *,
    world: list[dict[str, Any]],
    keyring: list[str],
    document: DocumentNode,
    window: dict[str, Any],
    more: dict[str, Any],
) -> None:
    """In any world, order, direction and filter, whoever may read little sees the pages that they would see anyway."""
    assert not validate(schema, document)
    await clean.pool.execute('delete from "case"; delete from organisation')
    await clean.pool.execute(OWNED, list(OWNERS))
    await clean.pool.execute(FILL, msgspec.json.encode(world).decode())
    await _same_pages(_Listening(clean), ports, document, keyring, {**window, **more})


_CASE = {"kind": KINDS[0], "owner": OWNERS[0], "version_audience": KEYS}


async def test_between_two_cursors(clean: Database, ports: Ports) -> None:
    """A window that is closed on both sides is the same as well."""
    await clean.pool.execute(OWNED, list(OWNERS))
    world = [
        {**_CASE, "id": str(UUID(int=n)), "audience": KEYS[n % 3 : n % 3 + 2], "minute": n % 4} for n in range(1, 30)
    ]
    await clean.pool.execute(FILL, msgspec.json.encode(world).decode())
    listening = _Listening(clean)
    context = Context(
        viewer=Viewer(keyring=KEYS[:2]), languages=("en",), database=listening, ports=ports, plans=PlanCache()
    )
    everything = await _page(context, DOCUMENTS[0], {"first": 100})
    after, before = (everything["edges"][place]["cursor"] for place in (2, -3))
    for size in ({"first": 5}, {"last": 5}, {"first": 50}):
        window = {**size, "after": after, "before": before}
        expected = await _page(context, DOCUMENTS[0], window)
        assert await _page(replace(context, reads_little=True), DOCUMENTS[0], window) == expected
        assert len(expected["nodes"]) == min(*size.values(), everything["totalCount"] - 6)


def test_what_is_found_by_keys_is_read_by_its_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of what is read by another rule cannot be found by keys: the start says which."""
    case = catalogue.object("Case").extensions["strawberry-definition"].origin
    monkeypatch.setattr(case, "__serra_declared__", replace(catalogue.declared("Case"), rule=Rule.JOINED))
    with pytest.raises(UndeclaredType, match=r"Query\.cases is found by keys, but Case is not read by its audience"):
        bind(schema)
