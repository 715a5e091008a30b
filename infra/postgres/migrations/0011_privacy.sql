-- The latest export of everything about a person, whose bytes lie in the file store.

create table if not exists "data_export" (
    "id" uuid primary key,
    "person" uuid unique not null references "person" on delete cascade,
    "asked_at" timestamptz not null default now(),
    "ready_at" timestamptz,
    "size" bigint,
    "sha256" varchar(64)
);

-- Behind the second wall, where there is one.
do $$
begin
    if to_regprocedure('app.guard(regclass, text)') is not null then
        perform app.guard('data_export', $rule$array['person:' || {row}.person] && (select app.keyring())$rule$);
    end if;
end
$$;

-- What an export gathers and an erasure unlinks. Comments by author and lines of the log by person have no index: each
-- comment would pay for it, and once in a while they may be read through.
create index if not exists comment_resolved_by on "comment" ("resolved_by") where "resolved_by" is not null;
create index if not exists case_version_created_by on "case_version" ("created_by");
create index if not exists practice_version_created_by on "practice_version" ("created_by");
create index if not exists artefact_version_uploaded_by on "artefact_version" ("uploaded_by");

-- What the daily job looks for.
create index if not exists consent_retain_until on "consent" ("retain_until");
create index if not exists test_round_retain_until on "test_round" ("retain_until") where "retain_until" is not null;
create index if not exists notification_created_at on "notification" ("created_at");
create index if not exists idempotency_key_created_at on "idempotency_key" ("created_at");
create index if not exists personal_token_ended on "personal_token" (least("revoked_at", "expires_at"));
create index if not exists person_erased_at on "person" ("erased_at") where "erased_at" is not null;
