"""Who may read so little of the cases that their lists are found by keys."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from infra.postgres.breadth import Breadth
from infra.postgres.database import Database
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.statements import noted

As = Callable[[str | None], Client]

FILL = """
    with made as (
        insert into "case" (id, slug, kind, owner, audience, listed_at)
        select gen_random_uuid(), 'case-' || n, 'METHOD', (select id from organisation limit 1),
               array[case when n < $2 then 'public' else 'network:other' end, 'network:' || n / 1000],
               timestamptz '2020-01-01' + n * interval '1 minute'
        from generate_series(0, $1 - 1) n
        returning id, audience
    )
    insert into case_version (id, "case", number, status, audience, title)
    select id, id, 1, 'PUBLISHED', audience, '{"source": "en", "en": {"text": "Case"}}' from made
"""
CASES = "{ cases(first: 3, filter: { kind: [METHOD] }) { nodes { slug } pageInfo { hasNextPage } } }"


async def filled(database: Database, how_many: int, public: int) -> None:
    """So many cases, of which the first are public."""
    await database.pool.execute(FILL, how_many, public)


@pytest.mark.parametrize(
    ("keyring", "little"),
    [
        (("public",), True),
        (("network:other",), False),
        (("network:1",), True),
        (("network:0", "network:1"), False),
        (("network:2",), True),
        ((), True),
    ],
)
async def test_both_ends_of_the_list_are_looked_at(
    clean: Database, network: SmallNetwork, keyring: tuple[str, ...], *, little: bool
) -> None:
    """Whoever may read fewer than 50 of the 1,000 cases at either end reads little."""
    await filled(clean, 2_000, 950)
    assert await Breadth(clean.pool).reads_little(keyring) == little


async def test_a_short_list_is_walked(clean: Database, network: SmallNetwork) -> None:
    """Where there are fewer than 1,000 cases nobody reads too little to walk past them."""
    await filled(clean, 999, 0)
    assert not await Breadth(clean.pool).reads_little(("public",))


async def test_it_is_remembered_for_a_while(
    clean: Database, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same keys are asked for once, and again when that was long ago."""
    remembering = Breadth(clean.pool)
    assert not await remembering.reads_little(("public",))
    await filled(clean, 1_000, 0)
    assert not await remembering.reads_little(("public",))
    monkeypatch.setattr("infra.postgres.breadth.REMEMBERED_SECONDS", 0.0)
    forgetting = Breadth(clean.pool)
    assert await forgetting.reads_little(("public",))
    await clean.pool.execute('delete from "case"')
    assert not await forgetting.reads_little(("public",))


async def test_requests_are_answered_by_what_is_known(
    as_: As, clean: Database, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's list of the few cases they may read is found by their keys, and says what it would say anyway."""
    expected = {"nodes": [{"slug": f"case-{n}"} for n in (2, 1, 0)], "pageInfo": {"hasNextPage": False}}
    await filled(clean, 1_500, 3)
    with noted(monkeypatch) as statements:
        assert (await as_(network.outsider).ask(CASES))["cases"] == expected
    assert any("case_audience" in statement for statement in statements)


async def test_without_postgresql_it_is_not_known() -> None:
    """A database that is away is for the request itself to speak of."""
    async with asyncpg.create_pool("postgresql://127.0.0.1:1/nothing", min_size=0) as away:
        assert not await Breadth(away).reads_little(("public",))


async def test_nobody_waits_for_it_long(clean: Database, network: SmallNetwork) -> None:
    """While the cases are locked a request goes on without knowing, and all who ask meanwhile ask once."""
    await filled(clean, 1_000, 0)
    breadth = Breadth(clean.pool)
    async with clean.pool.acquire() as holder, holder.transaction():
        await holder.execute('lock table "case" in access exclusive mode')
        answers = await asyncio.gather(*(breadth.reads_little(("public",)) for _ in range(50)))
        asking = await holder.fetchval("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
    assert (any(answers), asking) == (False, 1)
    assert await breadth.reads_little(("public",))
