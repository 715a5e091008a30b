-- What the lexicon says to whom. $1: rows of things whose words it has learnt.
insert into search_reach (word, way)
select distinct w.id, e.way
from search_entry e
    cross join lateral unnest(tsvector_to_array(e.words)) as l(lexeme)
    join search_word w on w.lexeme = substr(l.lexeme, strpos(l.lexeme, ':') + 1)
where e.thing = any($1::bigint[])
on conflict do nothing
