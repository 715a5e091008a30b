-- Answers one question with one row: total, found, facets, hits, weights.
-- $1–$4   n, tsquery, quality, beginning: for each word of the question its tsqueries, best quality 100; where there is
--         a beginning, what begins so in any of the reader's ways counts as well
-- $5–$7   n, tsquery, needle: phrases that must stand in one text
-- $8, $9  tsquery, needle: what must not stand in it (needle null: any of the lexemes is enough)
-- $10, $11 facet, tag: filters, one of each facet's tags must hold
-- $12     the reader's keyring
-- $13     the reader's languages
-- $14–$16 offset, limit, how much of a body is handed out for snippets
-- Who may read what is in the lexemes, each of which is of one way: what the reader may not see is not even met. What
-- somebody lost since it was indexed is marked, and looked up.
-- Points are whole numbers: a sum of fractions depends on its order, and pages would shift.
with ways as materialized (
    select id from search_way where keys[1] = any($12::text[]) and keys <@ $12::text[]
),
asked as materialized (
    select
        n,
        concat_ws(
            ' | ',
            query,
            (select string_agg(format('''%s:%s'':*', id, beginning), ' | ') from ways where beginning is not null)
        )::tsquery as query,
        quality
    from unnest($1::int[], $2::text[], $3::int[], $4::text[]) as a(n, query, quality, beginning)
),
required as materialized (
    select n, query::tsquery as query, needle from unnest($5::int[], $6::text[], $7::text[]) as p(n, query, needle)
),
barred as materialized (
    select e.thing
    from unnest($8::text[], $9::text[]) as b(query, needle) join search_entry e on e.words @@ b.query::tsquery
    where b.needle is null
        or exists (select from search_text x where x.thing = e.thing and strpos(x.folded, b.needle) > 0)
),
filters as materialized (
    select facet, array_agg(tag) as tags from unnest($10::text[], $11::text[]) as f(facet, tag) group by facet
),
-- Where a word stands says how much the thing is about it.
found as (
    select e.thing, a.n, a.quality * 100 as points from asked a join search_entry e on e.title @@ a.query
    union all
    select e.thing, a.n, a.quality * 85 from asked a join search_entry e on e.terms @@ a.query
    union all
    select e.thing, a.n, a.quality * 70 from asked a join search_entry e on e.summary @@ a.query
    union all
    select e.thing, a.n, a.quality * 50 from asked a join search_entry e on e.words @@ a.query
),
best as (
    select thing, n, max(points) as points from found group by thing, n
),
gathered as (
    select thing, array_agg(n) as ns, array_agg(points) as points from best group by thing
),
phrased as materialized (
    select e.thing
    from required p join search_entry e on e.words @@ p.query
    where exists (select from search_text x where x.thing = e.thing and strpos(x.folded, p.needle) > 0)
    group by e.thing
    having count(distinct p.n) = (select count(*) from required)
),
-- What is left of it, with the number of filters that each thing fails and one of those it fails.
-- `in` inside `or`, and `not in`: hashed, however wrong the planner's guess of their number.
readable as materialized (
    select t.id, t.thing, t.listed_at, g.ns, g.points, f.failing, f.facet,
        case when $13::text[] = '{}' or t.written_in && $13::text[] then 100 else 92 end as own
    from gathered g
        -- `offset 0`: one look-up a thing, however many the planner guesses that there are.
        cross join lateral (select * from search_thing t where t.id = g.thing offset 0) t
        left join lateral (
            select count(*) as failing, min(f.facet) as facet from filters f where not t.tags && f.tags
        ) f on true
    where (not t.narrowed or search_readable(t.type, t.thing, $12::text[]))
        and t.id not in (select thing from barred)
        and (not exists (select from required) or t.id in (select thing from phrased))
    union all
    -- A question without words lists everything, whatever its language.
    select t.id, t.thing, t.listed_at, '{}', '{}', f.failing, f.facet, 100
    from (select distinct e.thing from search_entry e where e.way = any(array(select id from ways))) e
        join search_thing t on t.id = e.thing
        left join lateral (
            select count(*) as failing, min(f.facet) as facet from filters f where not t.tags && f.tags
        ) f on true
    where not exists (select from asked)
        and (not t.narrowed or search_readable(t.type, t.thing, $12::text[]))
        and t.id not in (select thing from barred)
),
-- A rare word says more than a common one, but never so much that one word outdoes two.
-- Rarity is counted among what the reader may see.
frequency as materialized (
    select n, count(*) as things from (select unnest(ns) as n from readable) r group by n
),
weight as materialized (
    select a.n, round(135 - 35 * ln(1 + coalesce(f.things, 0)) / ln(1 + greatest(1, max(f.things) over ())))::int as weight
    from (select distinct n from asked) a left join frequency f on f.n = a.n
),
rows as materialized (
    select r.id, r.thing, r.listed_at, r.failing, r.facet,
        coalesce(
            r.own * (select sum(u.points * w.weights[u.n + 1]) from unnest(r.ns, r.points) as u(n, points)), 0
        ) as points
    from readable r cross join (select array_agg(weight order by n) as weights from weight) w
),
page as materialized (
    select id, points, listed_at, thing from rows where failing = 0
    order by points desc, listed_at desc, thing desc
    offset $14::int limit $15::int
)
select
    (select count(*) from rows where failing = 0) as total,
    (select coalesce(array_agg(n), '{}') from frequency) as found,
    (
        select coalesce(jsonb_agg(jsonb_build_array(tag, things)), '[]')
        from (
            select tag, count(*) as things
            from (
                select unnest(t.tags) as tag from rows r join search_thing t on t.id = r.id where r.failing = 0
                union all
                -- A filter does not narrow the counts of its own facet.
                select tag
                from rows r join search_thing t on t.id = r.id, unnest(t.tags) as tag
                where r.failing = 1 and starts_with(tag, r.facet || '=')
            ) t
            group by tag
        ) f
    ) as facets,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'type', t.type,
            'id', t.thing,
            'points', p.points,
            'written_in', t.written_in,
            'texts', (
                select jsonb_object_agg(x.language, jsonb_build_array(x.title, x.summary, left(x.body, $16::int), x.terms))
                from search_text x where x.thing = t.id
            )
        ) order by p.points desc, p.listed_at desc, p.thing desc), '[]')
        from page p join search_thing t on t.id = p.id
    ) as hits,
    (select sum(weight) from weight) as weights
