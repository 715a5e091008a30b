"""The cases by each key of their audiences: a table that follows the cases, whoever writes them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.cases.cases import release_case
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]

FOLLOWED = "select key, listed_at, id from case_audience order by 3, 1, 2"
EXPECTED = """select distinct key, listed_at, id from "case", unnest(audience) key order by 3, 1, 2"""
ADD = """
    insert into "case" (id, slug, kind, owner, audience, listed_at)
    select $1::uuid, 'case-' || $1::uuid, 'METHOD', organisation.id, $2, $3 from organisation limit 1
"""
CHANGE = """update "case" set audience = $2, listed_at = $3, revision = revision + 1 where id = $1"""
DELETE = """delete from "case" where id = $1 and $2::text[] is not null and $3::timestamptz is not null"""
STEPS = st.lists(
    st.tuples(
        st.sampled_from((ADD, CHANGE, CHANGE, DELETE)),
        st.integers(1, 3).map(lambda number: UUID(int=number)),
        st.lists(st.sampled_from(("public", "network:one", "organisation:olen")), max_size=4),
        st.integers(0, 2).map(lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days)),
    ),
    max_size=12,
)


async def in_step(database: Database) -> int:
    """How many rows the table has, each of which must be a case's, as each case's must be there."""
    found = await database.pool.fetch(FOLLOWED)
    assert found == await database.pool.fetch(EXPECTED)
    return len(found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_is_written_is_followed(
    clean: Database, network: SmallNetwork, steps: list[tuple[str, UUID, list[str], Any]]
) -> None:
    """Adding, changing and deleting cases by any statement leaves a row for each key of each case, and no other."""
    await clean.pool.execute('delete from "case"')
    there: set[UUID] = set()
    for step, case, audience, listed_at in steps:
        if step is not ADD or case not in there:
            await clean.pool.execute(step, case, audience, listed_at)
            there = (there - {case}) if step is DELETE else (there | {case}) if step is ADD else there
        await in_step(clean)


async def test_the_steps_of_a_case_are_followed(as_: As, network: SmallNetwork, clean: Database) -> None:
    """Drafting, publishing, sharing otherwise, and the end of an embargo each change by which keys a case is found."""
    editor = as_(network.olen_editor)
    await drafted_case(editor, slug="draft")
    drafted = await in_step(clean)
    await published_case(editor, slug="shared", audience={"networks": ["learning"]})
    shared = await in_step(clean)
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    held = await drafted_case(editor, slug="held", audience={"public": True})
    await editor.do("submitCase", {"id": held}, "case { id }")
    await editor.do("publishCase", {"id": held, "embargoUntil": later}, "case { id }")
    before = await in_step(clean)
    assert not await clean.pool.fetchval("select count(*) from case_audience where key = 'public'")
    await clean.pool.execute("update case_version set embargo_until = now() where embargo_until is not null")
    await release_case(row_id(held))
    assert await clean.pool.fetchval("select count(*) from case_audience where key = 'public'") == 1
    assert 0 < drafted < shared < before <= await in_step(clean)


async def test_a_new_case_is_followed_only_when_it_is_there(network: SmallNetwork, clean: Database) -> None:
    """What is rolled back leaves nothing behind."""
    async with clean.pool.acquire() as connection:
        kept = connection.transaction()
        await kept.start()
        await connection.execute(ADD, UUID(int=9), ["public"], datetime(2020, 1, 1, tzinfo=UTC))
        assert await connection.fetchval("select count(*) from case_audience") == 1
        await kept.rollback()
    assert await in_step(clean) == 0
