-- The search index's tables, as `tables.py` has them, and what Piccolo cannot say of them.
-- It may run at any time and again.

create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

create table if not exists search_thing (
    id bigserial primary key,
    type varchar(64) not null,
    thing uuid not null,
    audience text[] not null default '{}',
    tags text[] not null default '{}',
    written_in text[] not null default '{}',
    listed_at timestamptz not null
);
create unique index if not exists search_thing_key on search_thing (type, thing);

create table if not exists search_entry (
    thing bigint primary key references search_thing on delete cascade
);
alter table search_entry add column if not exists title tsvector not null default '';
alter table search_entry add column if not exists terms tsvector not null default '';
alter table search_entry add column if not exists summary tsvector not null default '';
alter table search_entry add column if not exists words tsvector not null default '';
-- Long vectors go out of the row: a look-up reads only which thing, and short rows are fewer pages.
alter table search_entry set (toast_tuple_target = 128);
-- fastupdate off: a question must not wade through what the last puts left pending.
create index if not exists search_entry_lexemes on search_entry
    using gin (title, terms, summary, words) with (fastupdate = off);

create table if not exists search_text (
    id bigserial primary key,
    thing bigint not null references search_thing on delete cascade,
    language varchar(35) not null,
    title text not null default '',
    terms text not null default '',
    summary text not null default '',
    body text not null default '',
    folded text not null default ''
);
create unique index if not exists search_text_key on search_text (thing, language);

create table if not exists search_word (
    lexeme text primary key,
    word text not null default '',
    language varchar(35) not null default '',
    stem text not null default ''
);
create index if not exists search_word_word on search_word (word);
create index if not exists search_word_stem on search_word (language, stem);
create index if not exists search_word_trigrams on search_word
    using gin (word gin_trgm_ops) with (fastupdate = off);
