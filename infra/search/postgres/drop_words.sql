-- The lexicon forgets the words that no thing has any more. $1: lexemes, $2: each as a tsquery.
delete from search_word w
using unnest($1::text[], $2::text[]) as gone(lexeme, query)
where w.lexeme = gone.lexeme
    and not exists (select from search_entry e where e.words @@ gone.query::tsquery)
