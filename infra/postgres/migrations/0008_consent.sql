-- People come into organisations by links, organisations into networks by proposals. Who is there already stays.

create table "invitation" (
    "id" uuid primary key,
    "organisation" uuid not null references "organisation" on delete cascade,
    "role" varchar(20) not null
        check ("role" in ('ADMIN', 'EDITOR', 'REVIEWER', 'READER')),
    "email" text,
    "secret_hash" bytea unique not null,
    "invited_by" uuid references "person" on delete set null,
    "created_at" timestamptz not null default now(),
    "expires_at" timestamptz not null
);
create index invitation_of on "invitation" ("organisation", "created_at" desc, "id" desc);

create table "network_proposal" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "network" uuid not null references "network" on delete cascade,
    "organisation" uuid not null references "organisation" on delete cascade,
    "kind" varchar(20) not null
        check ("kind" in ('INVITATION', 'REQUEST')),
    "role" varchar(20) not null
        check ("role" in ('FACILITATOR', 'MEMBER')),
    "state" varchar(20) not null
        check ("state" in ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN')),
    "created_at" timestamptz not null default now(),
    "closed_at" timestamptz,
    constraint network_proposal_closed check (("state" = 'OPEN') = ("closed_at" is null))
);
create unique index network_proposal_once on "network_proposal" ("network", "organisation") where "state" = 'OPEN';
create index network_proposal_network on "network_proposal" ("network", "created_at" desc, "id" desc);
create index network_proposal_organisation on "network_proposal" ("organisation", "created_at" desc, "id" desc);

alter table "notification" drop constraint notification_kind_check;
alter table "notification" add constraint notification_kind_check check ("kind" in (
    'ADOPTION_RECORDED', 'ADOPTION_ADVANCED', 'INVITATION_ACCEPTED',
    'NETWORK_INVITATION', 'NETWORK_REQUEST', 'NETWORK_ACCEPTED', 'NETWORK_DECLINED'
));

-- Invitations are for their organisation, and their secrets for no compiled read.
select app.guard('invitation', 'array[''organisation:'' || {row}.organisation] && (select app.keyring())');
revoke select on "invitation" from serra_reader;
grant select ("id", "organisation", "role", "email", "invited_by", "created_at", "expires_at")
    on "invitation" to serra_reader;
select app.guard('network_proposal', '{row}.audience && (select app.keyring())');
