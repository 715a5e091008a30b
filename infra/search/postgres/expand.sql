-- What the index's lexicon knows of a question's words.
-- $1–$4  n, spelling, tier, compound: spellings to look for as they are; a compound's part only in languages
--        that make words of words ($9)
-- $5, $6 n, word: words whose stem counts; $7, $8 language, dictionary: the stemmers
-- $10    how many of $5 and $6, from the first on, also count inside a longer word of those languages
-- $11    the reader's keyring
-- Gives n, tier (STRONG = 0, WEAK = 1), lexeme, word, language, and the reader's ways in which things say that; of a word
-- that they may read nowhere, nothing. No limit anywhere: what the lexicon holds from things that the reader may not
-- see must not crowd out what it holds from things that he may. To leave it out costs one look-up in search_reach,
-- however many things say it. `offset 0` keeps each look-up an index scan per word.
with ways as materialized (
    select id from search_way where keys[1] = any($11::text[]) and keys <@ $11::text[]
),
asked as materialized (
    select n, word, place from unnest($5::int[], $6::text[]) with ordinality as a(n, word, place)
),
stemmed as materialized (
    select a.n, d.language, (ts_lexize(d.dictionary::regdictionary, a.word))[1] as stem
    from asked a, unnest($7::text[], $8::text[]) as d(language, dictionary)
),
known as (
    select s.n, s.tier, w.id, w.lexeme, w.word, w.language
    from unnest($1::int[], $2::text[], $3::int[], $4::bool[]) as s(n, word, tier, compound)
        cross join lateral (
            select id, lexeme, word, language from search_word
            where word = s.word and (not s.compound or language = any($9::text[]))
            offset 0
        ) w
    union all
    select s.n, 0, w.id, w.lexeme, w.word, w.language
    from stemmed s
        cross join lateral (
            select id, lexeme, word, language from search_word where language = s.language and stem = s.stem
            offset 0
        ) w
    where s.stem is not null
    union all
    select a.n, 1, w.id, w.lexeme, w.word, w.language
    from asked a
        cross join lateral (
            select id, lexeme, word, language from search_word
            where word like '%' || a.word || '%' and language = any($9::text[])
            offset 0
        ) w
    where a.place <= $10::int and length(a.word) >= 5
)
select k.n, k.tier, k.lexeme, k.word, k.language, r.ways
from known k
    cross join lateral (
        select array_agg(way) as ways from search_reach where word = k.id and way = any(array(select id from ways))
    ) r
where r.ways is not null
