-- When an observation was written down: `observed_at` is whatever people say. Ids are UUIDv7, so old rows tell it by those.
alter table "observation" add column if not exists "created_at" timestamptz not null default now();
update "observation"
set "created_at" = to_timestamp(('x' || substr(replace("id"::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
where substr("id"::text, 15, 1) = '7';

-- Since when withdrawn words had stood in their round; of those withdrawn until now only that is known when they went.
alter table "withdrawn_words" add column if not exists "recorded_at" timestamptz not null default now();
update "withdrawn_words"
set "recorded_at" = "created_at", "kept_until" = least("kept_until", "created_at"::date + 730)
where "recorded_at" > "created_at";

-- The text of a version that is withheld stands in the index no more: the worker fills it anew, as `serra reindex` does.
do $$
begin
    if exists (select from artefact_version where withheld_at is not null) and to_regclass('pgqueuer') is not null then
        insert into pgqueuer (priority, status, entrypoint, payload) values (0, 'queued', 'reindex', '{}');
    end if;
end
$$;

-- Versions are numbered as they are verified: numbers with gaps told of uploads that were never finished.
alter table "artefact_version" alter column "number" drop not null;
update "artefact_version" set "number" = null where "state" <> 'STORED';
do $$
begin
    if not exists (select from pg_constraint where conname = 'artefact_version_numbered') then
        alter table "artefact_version" add constraint artefact_version_numbered
            check ("state" <> 'STORED' or "number" is not null);
    end if;
end
$$;
