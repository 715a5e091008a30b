-- The lexicon learns words. $1–$3: lexeme, word, language; $4, $5: language, dictionary of the stemmers.
-- A stop word has no stem and a language may have no stemmer: such a word is its own. There is one writer, so that what
-- is missing stays missing until it is put; `on conflict` would use up a number for each word that is there.
insert into search_word (lexeme, word, language, stem)
select w.lexeme, w.word, w.language, coalesce((ts_lexize(d.dictionary::regdictionary, w.word))[1], w.word)
from unnest($1::text[], $2::text[], $3::text[]) as w(lexeme, word, language)
    left join unnest($4::text[], $5::text[]) as d(language, dictionary) on d.language = w.language
where not exists (select from search_word known where known.lexeme = w.lexeme)
