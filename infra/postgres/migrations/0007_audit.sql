-- Seals of the log, addresses of sign-ins, and what the log needs for both.

-- Added without a default first: older lines have no salt, and the table is not written anew.
alter table "log" add column "salt" uuid;
alter table "log" alter column "salt" set default gen_random_uuid();

create table "log_seal" (
    "number" integer primary key check ("number" > 0),
    "after" bigint not null,
    "last" bigint not null unique check ("last" > "after"),
    "lines" integer not null check ("lines" > 0),
    "root" bytea not null,
    "previous" bytea not null unique,
    "hash" bytea not null unique,
    "sealed_at" timestamptz not null default now()
);

create trigger log_seal_is_append_only before update or delete or truncate on "log_seal"
    for each statement execute function refuse_change();

create table "log_address" (
    "commitment" bytea primary key,
    "salt" bytea not null,
    "address" text not null,
    "person" uuid,
    "subject" uuid not null,
    "audience" text[] not null default '{}',
    "at" timestamptz not null default now()
);
create index log_address_subject on "log_address" ("subject", "at");
create index log_address_person on "log_address" ("person");
create index log_address_at on "log_address" ("at");

alter table "personal_token" add column "last_used_from" text;

-- An organisation's log is listed by time.
create index log_organisation_at on "log" ("organisation", "at" desc, "id" desc);
drop index log_organisation;

-- Behind the second wall, where there is one: an organisation's people may see its lines, of whom the compiled read lets
-- ADMINs alone; seals tell nothing but numbers. Neither lines nor seals are the service's to change.
do $$
begin
    if to_regprocedure('app.guard(regclass, text)') is not null then
        perform app.guard('log', $rule$array['organisation:' || {row}.organisation] && (select app.keyring())$rule$);
        perform app.guard('log_seal', '(select app.keyring()) is not null');
        perform app.guard('log_address', '{row}.audience && (select app.keyring())');
        revoke update, delete on "log", "log_seal" from serra_service;
        revoke update on "log_address" from serra_service;
        grant select ("last_used_from") on "personal_token" to serra_reader;
    end if;
end
$$;
