"""Guests of reviews from before reviews had keys of their own."""

import asyncpg

from infra.embedded import EmbeddedServers
from infra.postgres.migrate import migrate
from tests.infra.postgres.test_roles import MIGRATIONS

NUMBER = 25
_BEFORE = """
    with people as (
        insert into person (id, name) select gen_random_uuid(), 'P' || n from generate_series(1, 3) n returning id, name
    ), body as (
        insert into organisation (id, slug, names, kind, level, country)
        values (gen_random_uuid(), 'olen', '{}', 'MUNICIPALITY', 'LOCAL', 'BE') returning id
    ), cases as (
        insert into "case" (id, slug, kind, owner, current_number, audience)
        select gen_random_uuid(), 'a-case', 'METHOD', body.id, 1,
            array['own'] || array(select 'person:' || id from people) || array['last']
        from body returning id
    ), versions as (
        insert into case_version (id, "case", number, status, audience, title, created_at)
        select gen_random_uuid(), cases.id, n, 'DRAFT',
            array['own'] || array(select 'person:' || people.id from people where n <> 2), '{}', now()
        from cases, generate_series(1, 3) n returning id, number
    ), outcomes as (
        insert into outcome (id, version, position, kind, indicator, audience)
        select gen_random_uuid(), versions.id, 0, 'OBSERVED', '{}', array['own']
        from versions
    ), narrowed as (
        insert into outcome (id, version, position, kind, indicator, audience)
        select gen_random_uuid(), versions.id, 1, 'OBSERVED', '{}', array['fewer'] from versions
    )
    insert into review
        (id, "case", subject_version, reviewer, organisation, requested_by, status, due_on, is_guest, audience)
    select gen_random_uuid(), cases.id, 3, people.id, body.id, body.id,
        case people.name when 'P2' then 'SUBMITTED' else 'ACCEPTED' end,
        case people.name when 'P3' then current_date - 31 else current_date end, true, array['person:' || people.id]
    from people, cases, body
"""
_KEY = "select 'review:' || r.id from review r join person p on p.id = r.reviewer where p.name = 'P1'"
_INDEXED = "select convert_from(payload, 'UTF8')::jsonb ->> 'type' from pgqueuer where entrypoint = 'index'"


async def test_guests_of_before_get_the_reviews_key(servers: EmbeddedServers) -> None:
    """Who reviews still reads what they read, with what was written anew meanwhile; who no longer does has no key."""
    administrator = await asyncpg.connect(servers.database_url)
    await administrator.execute("create database earlier")
    url = servers.database_url.removesuffix("serra") + "earlier"
    earlier = await asyncpg.connect(url)
    await earlier.execute(
        "create table migration (id serial primary key, name varchar(200), app_name varchar(200),"
        " ran_on timestamp default now())"
    )
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if int(file.stem[:4]) < NUMBER:
            await earlier.execute(file.read_text(encoding="utf-8"))
            await earlier.execute("insert into migration (name, app_name) values ($1, 'serra')", file.stem)
    await earlier.execute(_BEFORE)
    await migrate(url)
    key = await earlier.fetchval(_KEY)
    assert await earlier.fetchval('select audience from "case"') == ["own", "last", key]
    versions = await earlier.fetch("select number, audience from case_version order by 1")
    assert [list(one) for one in versions] == [[1, ["own", key]], [2, ["own"]], [3, ["own", key]]]
    outcomes = await earlier.fetch(
        "select v.number, o.position, o.audience from outcome o join case_version v on v.id = o.version order by 1, 2"
    )
    told = [["own", key], ["fewer"], ["own"], ["fewer"], ["own", key], ["fewer"]]
    assert [one["audience"] for one in outcomes] == told
    assert [kind for (kind,) in await earlier.fetch(_INDEXED)] == ["Case"]
    assert await earlier.fetchval("select bool_and(lent_until > due_on + 30) from review")
    await earlier.close()
    await administrator.execute("drop database earlier")
    await administrator.close()
