-- A network to measure with: {cases} cases, 3 rounds for each, 5 comments for each round, 200 organisations in 20
-- networks, 200 people. About 7 of 10 cases are public, 2 of 10 for a network, 1 of 10 for its owner alone.
-- The oldest 1 % are for a network of their own as well, whose keyring opens little else.
-- Names are made up. Ids are UUIDv7-like: they sort by the time they stand for.

create function pg_temp.id(kind int, n bigint) returns uuid language sql immutable as $$
    select encode(
        int8send((1577836800000 + n) << 16 | x'7000'::int) || int8send((x'8000000000000000'::bit(64)::bigint) | (kind::bigint << 40) | n),
        'hex'
    )::uuid
$$;

create function pg_temp.words(n bigint, how_many int) returns text language sql immutable as $$
    select string_agg(word, ' ') from (
        select (array['service', 'municipality', 'customer', 'round', 'prototype', 'counter', 'website', 'letter',
                      'employer', 'jobseeker', 'queue', 'interview', 'office', 'workshop', 'vision', 'value', 'team',
                      'permit', 'welcome', 'digital', 'citizen', 'survey', 'method', 'network', 'practice', 'shared'])
               [1 + (hashint8(n * 31 + i)::bigint & 2147483647) % 26] as word
        from generate_series(1, how_many) i
    ) made
$$;

create function pg_temp.text(n bigint, how_many int) returns jsonb language sql immutable as $$
    select jsonb_build_object(
        'source', 'en',
        'en', jsonb_build_object('text', pg_temp.words(n, how_many), 'language', 'en', 'method', 'SOURCE'),
        'nl', jsonb_build_object('text', pg_temp.words(n + 7, how_many), 'language', 'nl', 'method', 'HUMAN')
    )
$$;

create function pg_temp.readers(n bigint, owner bigint) returns text[] language sql immutable as $$
    select array['organisation:' || pg_temp.id(1, owner)] || case
        when n % 10 < 7 then array['public']
        when n % 10 < 9 then array['network:' || pg_temp.id(2, owner % 20)]
        else '{{}}'::text[]
    end || case when n < {cases} / 100 then array['network:archive'] else '{{}}'::text[] end
$$;

insert into organisation (id, slug, names, kind, level, country, nuts)
select pg_temp.id(1, n), 'organisation-' || n, pg_temp.text(n, 3),
       (array['MUNICIPALITY', 'PES', 'AGENCY'])[1 + n % 3], (array['LOCAL', 'NATIONAL'])[1 + n % 2],
       (array['BE', 'SE', 'DK', 'FR', 'NL'])[1 + n % 5], (array['BE213', 'SE110', 'DK022', 'FR101', 'NL310'])[1 + n % 5]
from generate_series(0, 199) n;

insert into network (id, slug, names, audience)
select pg_temp.id(2, n), 'network-' || n, pg_temp.text(n, 2), array['network:' || pg_temp.id(2, n)]
from generate_series(0, 19) n;

insert into network_member (id, network, organisation, role)
select pg_temp.id(3, o * 10 + k), pg_temp.id(2, (o + k * 3) % 20), pg_temp.id(1, o), 'MEMBER'
from generate_series(0, 199) o, generate_series(0, 8) k;

insert into person (id, name, audience)
select pg_temp.id(4, n), 'Person ' || n, array['public', 'person:' || pg_temp.id(4, n)] from generate_series(0, 199) n;

insert into membership (id, person, organisation, role)
select pg_temp.id(5, n), pg_temp.id(4, n), pg_temp.id(1, n), 'EDITOR' from generate_series(0, 199) n;

insert into personal_token (id, person, label, secret_hash, scopes, expires_at)
select pg_temp.id(6, n), pg_temp.id(4, n), 'bench', sha256(convert_to('serra_bench_' || n, 'UTF8')),
       array['READ', 'REVIEW', 'WRITE'], now() + interval '1 year'
from generate_series(0, 199) n;

insert into "case" (id, slug, kind, owner, audience, current_number, revision, is_example, created_at, updated_at, listed_at)
select pg_temp.id(7, n), 'case-' || n, (array['METHOD', 'GUIDANCE', 'CO_CREATION_PROJECT'])[1 + n % 3],
       pg_temp.id(1, n % 200), pg_temp.readers(n, n % 200), 1, 1, false, at, at, at
from generate_series(0, {cases} - 1) n, lateral (select timestamptz '2020-01-01' + n * interval '1 minute' as at) made;

insert into case_version (id, "case", number, status, audience, release_audience, title, summary, challenge, context,
                          languages, licence, created_by, created_at, published_at)
select pg_temp.id(8, n), pg_temp.id(7, n), 1, 'PUBLISHED', pg_temp.readers(n, n % 200), pg_temp.readers(n, n % 200),
       pg_temp.text(n, 6), pg_temp.text(n + 1, 40), pg_temp.text(n + 2, 60), pg_temp.text(n + 3, 80),
       array['en', 'nl'], 'CC-BY-4.0', pg_temp.id(4, n % 200), at, at
from generate_series(0, {cases} - 1) n, lateral (select timestamptz '2020-01-01' + n * interval '1 minute' as at) made;

insert into test_round (id, "case", organisation, number, status, revision, audience, problem, hypothesis,
                        records_people, comparison_group, is_example, created_at, updated_at, listed_at)
select pg_temp.id(9, n * 3 + k), pg_temp.id(7, n), pg_temp.id(1, n % 200), k + 1, 'CONCLUDED', 1,
       pg_temp.readers(n, n % 200), pg_temp.text(n + k, 20), pg_temp.text(n + k + 5, 20), false, false, false, at, at, at
from generate_series(0, {cases} - 1) n, generate_series(0, 2) k,
     lateral (select timestamptz '2020-01-01' + n * interval '1 minute' + k * interval '1 day' as at) made;

insert into comment (id, test_round, subject_version, author, organisation, body, language, audience, created_at)
select pg_temp.id(10, n * 15 + k), pg_temp.id(9, n * 3 + k / 5), 1, pg_temp.id(4, (n + k) % 200),
       pg_temp.id(1, (n + k) % 200), pg_temp.words(n + k, 30), 'en', pg_temp.readers(n, n % 200),
       timestamptz '2020-06-01' + n * interval '1 minute' + k * interval '1 second'
from generate_series(0, {cases} - 1) n, generate_series(0, 14) k;
