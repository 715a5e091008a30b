-- A thing is indexed once for each way in which somebody may read it, as `tables.py` has it, and what Piccolo cannot
-- say of that. The index is made anew: the worker fills it, as `serra reindex` does. It may run at any time and again.

create table if not exists search_way (
    id serial primary key,
    keys text[] not null
);
create unique index if not exists search_way_keys on search_way (keys);
create index if not exists search_way_first on search_way ((keys[1]));

do $$
begin
    if not exists (
        select from information_schema.columns where table_name = 'search_entry' and column_name = 'way'
            and table_schema = current_schema
    ) then
        if exists (select from search_thing) and to_regclass('pgqueuer') is not null then
            insert into pgqueuer (priority, status, entrypoint, payload) values (0, 'queued', 'reindex', '{}');
        end if;
        delete from search_thing;
        delete from search_word;
        drop table search_entry;
        alter table search_thing drop column audience;
        alter table search_word drop constraint search_word_pkey;
        alter table search_word add column id serial primary key;
    end if;
end
$$;

create table if not exists search_entry (
    id bigserial primary key,
    thing bigint not null references search_thing on delete cascade,
    way integer not null references search_way on delete cascade
);
create unique index if not exists search_entry_thing on search_entry (thing, way);
create index if not exists search_entry_way on search_entry (way, thing);
alter table search_entry add column if not exists title tsvector not null default '';
alter table search_entry add column if not exists terms tsvector not null default '';
alter table search_entry add column if not exists summary tsvector not null default '';
alter table search_entry add column if not exists words tsvector not null default '';
-- Long vectors go out of the row: a look-up reads only which thing, and short rows are fewer pages.
alter table search_entry set (toast_tuple_target = 128);
-- fastupdate off: a question must not wade through what the last puts left pending.
create index if not exists search_entry_lexemes on search_entry
    using gin (title, terms, summary, words) with (fastupdate = off);

create unique index if not exists search_word_lexeme on search_word (lexeme);

-- Without foreign keys: the one writer keeps it right, and a check for each of a thing's words would cost more than they.
create table if not exists search_reach (
    word integer not null,
    way integer not null,
    primary key (word, way)
);
