-- The lexicon's words that a mistyped word may have been meant as.
-- $1–$3  n, word, slips: at most so many letters wrong
-- $4, $5 n, spelling: the words with two letters exchanged
-- $6     the reader's keyring
-- Gives n, lexeme, word, language, ways. Without a limit, with `offset 0`, and through search_reach for the reasons in
-- expand.sql.
with ways as materialized (
    select id from search_way where keys[1] = any($6::text[]) and keys <@ $6::text[]
),
known as (
    select a.n, w.id, w.lexeme, w.word, w.language
    from unnest($1::int[], $2::text[], $3::int[]) as a(n, word, slips)
        cross join lateral (
            select id, lexeme, word, language from search_word
            where word % a.word and levenshtein_less_equal(word, a.word, a.slips) <= a.slips
            offset 0
        ) w
    union
    select s.n, w.id, w.lexeme, w.word, w.language
    from unnest($4::int[], $5::text[]) as s(n, word)
        cross join lateral (
            select id, lexeme, word, language from search_word where word = s.word
            offset 0
        ) w
)
select k.n, k.lexeme, k.word, k.language, r.ways
from known k
    cross join lateral (
        select array_agg(way) as ways from search_reach where word = k.id and way = any(array(select id from ways))
    ) r
where r.ways is not null
