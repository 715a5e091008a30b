-- One thing and its lexemes. $7–$10: lexemes of title, terms, summary, and everything. Gives the thing's row.
with thing as (
    insert into search_thing (type, thing, audience, tags, written_in, listed_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (type, thing) do update set
        audience = excluded.audience,
        tags = excluded.tags,
        written_in = excluded.written_in,
        listed_at = excluded.listed_at
    returning id
),
entry as (
    insert into search_entry (thing, title, terms, summary, words)
    select
        id,
        array_to_tsvector($7::text[]),
        array_to_tsvector($8::text[]),
        array_to_tsvector($9::text[]),
        array_to_tsvector($10::text[])
    from thing
    on conflict (thing) do update set
        title = excluded.title,
        terms = excluded.terms,
        summary = excluded.summary,
        words = excluded.words
)
select id from thing
