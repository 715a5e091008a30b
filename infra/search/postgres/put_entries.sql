-- A thing's lexemes, once for each way to read it; the ways that it no longer has go.
-- $1 the thing's row; $2, $3 a way's keys, the second null where there is one; $4–$7 lexemes of title, terms, summary,
-- and everything. New ways are added only where they are missing: `on conflict` would use up a number each time.
with wanted as materialized (
    select array_remove(array[first, second], null) as keys from unnest($2::text[], $3::text[]) as w(first, second)
),
made as (
    insert into search_way (keys)
    select keys from wanted where not exists (select from search_way w where w.keys = wanted.keys)
    returning id
),
ways as materialized (
    select id from made
    union all
    select w.id from wanted join search_way w on w.keys = wanted.keys
),
gone as (
    delete from search_entry where thing = $1 and way not in (select id from ways)
)
insert into search_entry (thing, way, title, terms, summary, words)
select
    $1,
    w.id,
    array_to_tsvector(array(select w.id || ':' || l from unnest($4::text[]) as l)),
    array_to_tsvector(array(select w.id || ':' || l from unnest($5::text[]) as l)),
    array_to_tsvector(array(select w.id || ':' || l from unnest($6::text[]) as l)),
    array_to_tsvector(array(select w.id || ':' || l from unnest($7::text[]) as l))
from ways w
on conflict (thing, way) do update set
    title = excluded.title,
    terms = excluded.terms,
    summary = excluded.summary,
    words = excluded.words
