-- One thing. Gives its row.
insert into search_thing (type, thing, tags, written_in, listed_at)
values ($1, $2, $3, $4, $5)
on conflict (type, thing) do update set
    tags = excluded.tags,
    written_in = excluded.written_in,
    listed_at = excluded.listed_at,
    narrowed = false
returning id
