-- Sign-in by each organisation's own identity provider: providers, who is who to them, sessions, and spent answers.
-- What is added has defaults, so that servers of the version before go on meanwhile.

create table if not exists "identity_provider" (
    "id" uuid primary key,
    "organisation" uuid unique not null references "organisation" on delete cascade,
    "issuer" text unique not null,
    "client_id" text not null,
    "client_secret" text,
    "scopes" text[] not null default '{}',
    "rules" jsonb not null default '[]',
    "default_role" varchar(20)
        check ("default_role" in ('EDITOR', 'REVIEWER', 'READER')),
    "allows_machines" boolean not null default false,
    "is_enabled" boolean not null default true,
    "revision" integer not null default 1,
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now()
);

create table if not exists "external_identity" (
    "id" uuid primary key,
    "organisation" uuid not null references "organisation" on delete cascade,
    "issuer" text not null,
    "subject" text not null,
    "person" uuid not null references "person" on delete cascade,
    "kind" varchar(10) not null
        check ("kind" in ('PERSON', 'MACHINE')),
    "created_at" timestamptz not null default now(),
    "last_used_at" timestamptz
);
-- The same account never leads to two people, and an account that one organisation knows says nothing to another.
create unique index if not exists external_identity_subject
    on "external_identity" ("organisation", "issuer", "subject");
create index if not exists external_identity_person on "external_identity" ("person");

create table if not exists "session" (
    "id" uuid primary key,
    "secret_hash" bytea unique not null,
    "person" uuid not null references "person" on delete cascade,
    "organisation" uuid not null references "organisation" on delete cascade,
    "identity" uuid not null,
    "created_at" timestamptz not null default now(),
    "last_used_at" timestamptz not null default now(),
    "expires_at" timestamptz not null default now(),
    "revoked_at" timestamptz
);
create index if not exists session_person on "session" ("person");
create index if not exists session_organisation on "session" ("organisation") where "revoked_at" is null;

create table if not exists "spent_state" (
    "hash" bytea primary key,
    "expires_at" timestamptz not null default now()
);

alter table "personal_token"
    add column if not exists "organisation" uuid references "organisation" on delete cascade;
