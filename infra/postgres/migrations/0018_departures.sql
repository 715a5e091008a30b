-- Whose a file of a round is, and which of its versions hold words that were withdrawn.
alter table "artefact" add column "participant" varchar(60);
alter table "artefact" add constraint artefact_participant_of_round
    check ("participant" is null or "test_round" is not null);
alter table "artefact_version" add column "withheld_at" timestamptz;

-- What recognises withdrawn words in a text that is read later. It cannot be read back.
create table "withdrawn_words" (
    "id" uuid primary key,
    "test_round" uuid not null references "test_round" on delete cascade,
    "prints" bytea not null,
    "created_at" timestamptz not null default now(),
    "kept_until" date not null
);
create index withdrawn_words_test_round on "withdrawn_words" ("test_round");
create index withdrawn_words_kept_until on "withdrawn_words" ("kept_until");

-- Behind the second wall, and for no compiled read.
select app.guard('withdrawn_words');

-- People are told of two more things, beside whatever they are told of by now.
do $$
declare
    known text;
begin
    select pg_get_expr(conbin, conrelid) into strict known from pg_constraint
    where conrelid = 'notification'::regclass and conname = 'notification_kind_check';
    alter table "notification" drop constraint notification_kind_check;
    execute format(
        'alter table "notification" add constraint notification_kind_check check (%s or "kind" in (%L, %L))',
        known, 'FILE_WITHHELD', 'FILES_TO_CHECK'
    );
end
$$;
