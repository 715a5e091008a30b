-- Who was let into a case beside its audience. The key «admitted:<case>» stands in every audience of the case; whoever
-- has a row here that is not over holds it.
create table "admission" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "case" uuid not null references "case" on delete cascade,
    "person" uuid references "person" on delete cascade,
    "organisation" uuid references "organisation" on delete cascade,
    "until" timestamptz not null,
    "created_at" timestamptz not null default now(),
    constraint admission_of_one check (num_nonnulls("person", "organisation") = 1),
    constraint admission_of_person_once unique ("case", "person"),
    constraint admission_of_organisation_once unique ("case", "organisation")
);
-- Keyrings are made from these.
create index admission_person on "admission" ("person");
create index admission_organisation on "admission" ("organisation");

create constraint trigger admission_raises_epoch
    after insert or update or delete on "admission" deferrable initially deferred
    for each row execute function raise_keyring_epoch();

create table "access_request" (
    "id" uuid primary key,
    "person" uuid not null references "person" on delete cascade,
    "organisation" uuid references "organisation" on delete set null,
    "asked" varchar(200) not null,
    "case" uuid references "case" on delete cascade,
    "message" text not null,
    "created_at" timestamptz not null default now(),
    "answer" varchar(12) check ("answer" in ('GUEST', 'ORGANISATION', 'DENIED')),
    "answered_at" timestamptz,
    "reason" text,
    constraint access_request_answered check (num_nulls("answer", "answered_at") in (0, 2))
);
create index access_request_person on "access_request" ("person", "created_at" desc, "id" desc);
create index access_request_case on "access_request" ("case", "created_at" desc, "id" desc);

-- Behind the second wall: an admission as its audience says, a request to whoever asks and to the case's owner.
select app.guard('admission', '{row}.audience && (select app.keyring())');
select app.guard('access_request', $rule$
    array['person:' || {row}.person] && (select app.keyring()) or (
        select array['organisation:' || whole.owner] && (select app.keyring())
        from "case" whole where whole.id = {row}."case"
    )
$rule$);

-- Whoever asks, or is let in, is named to those who may see that, though their profile may be hidden from them.
create function app.name_of_guest("guest" uuid) returns text language sql stable security definer
    set search_path = public, pg_temp as $$
    select person.name from person where person.id = "guest" and (
        array['person:' || person.id] && (select app.keyring())
        or exists (
            select from access_request request join "case" asked on asked.id = request."case"
            where request.person = person.id and array['organisation:' || asked.owner] && (select app.keyring())
        )
        or exists (
            select from admission where admission.person = person.id and admission.audience && (select app.keyring())
        )
    )
$$;
revoke execute on function app.name_of_guest(uuid) from public;
grant execute on function app.name_of_guest(uuid) to serra_reader;

-- People are told of three more things, beside whatever they are told of by now.
do $$
declare
    known text;
begin
    select pg_get_expr(conbin, conrelid) into strict known from pg_constraint
    where conrelid = 'notification'::regclass and conname = 'notification_kind_check';
    alter table "notification" drop constraint notification_kind_check;
    execute format(
        'alter table "notification" add constraint notification_kind_check check (%s or "kind" in (%L, %L, %L))',
        known, 'ACCESS_REQUESTED', 'ACCESS_ANSWERED', 'ADMITTED'
    );
end
$$;

-- Cases of before get their key, as do those of their outcomes and rounds that all readers of the case read.
update "outcome" o set audience = array_append(o.audience, 'admitted:' || v."case")
    from "case_version" v where v.id = o.version and o.audience @> v.audience;
update "test_round" r set audience = array_append(r.audience, 'admitted:' || c.id)
    from "case" c where c.id = r."case"
    and r.audience @> array(select key from unnest(c.audience) key where not starts_with(key, 'person:'));
update "case_version" set
    audience = array_append(audience, 'admitted:' || "case"),
    release_audience = array_append(release_audience, 'admitted:' || "case");
update "case" set audience = array_append(audience, 'admitted:' || id);
