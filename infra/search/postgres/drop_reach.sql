-- What nothing says any more to those who read in a way. $1–$3: way, lexeme, and both as a tsquery. Gives the words.
delete from search_reach r
using unnest($1::int[], $2::text[], $3::text[]) as gone(way, lexeme, query), search_word w
where w.lexeme = gone.lexeme
    and r.word = w.id
    and r.way = gone.way
    and not exists (select from search_entry e where e.words @@ gone.query::tsquery)
returning r.word
