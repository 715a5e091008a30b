-- The lexicon's words that a mistyped word may have been meant as.
-- $1–$3  n, word, slips: at most so many letters wrong
-- $4, $5 n, spelling: the words with two letters exchanged
-- Gives n, lexeme, word, language. Without a limit and with `offset 0` for the reasons in expand.sql.
select a.n, w.lexeme, w.word, w.language
from unnest($1::int[], $2::text[], $3::int[]) as a(n, word, slips)
    cross join lateral (
        select lexeme, word, language from search_word
        where word % a.word and levenshtein_less_equal(word, a.word, a.slips) <= a.slips
        offset 0
    ) w
union
select s.n, w.lexeme, w.word, w.language
from unnest($4::int[], $5::text[]) as s(n, word)
    cross join lateral (
        select lexeme, word, language from search_word where word = s.word
        offset 0
    ) w
