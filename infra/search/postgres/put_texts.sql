-- A thing's texts, one row a language; languages that it no longer has go. $1: the thing's row.
with gone as (
    delete from search_text where thing = $1 and language <> all($2::text[])
)
insert into search_text (thing, language, title, terms, summary, body, folded)
select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
on conflict (thing, language) do update set
    title = excluded.title,
    terms = excluded.terms,
    summary = excluded.summary,
    body = excluded.body,
    folded = excluded.folded
