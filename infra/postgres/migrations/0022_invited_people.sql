-- An invitation is a link, or a question to somebody who is here already. Those that wait are links.
alter table "invitation" add column "person" uuid references "person" on delete cascade;
alter table "invitation" alter column "secret_hash" drop not null;
alter table "invitation" add constraint invitation_is_one
    check (("person" is null) <> ("secret_hash" is null) and ("person" is null or "email" is null));
create unique index invitation_once on "invitation" ("person", "organisation") where "person" is not null;

-- People are told of one more thing, beside whatever they are told of by now.
do $$
declare
    known text;
begin
    select pg_get_expr(conbin, conrelid) into strict known from pg_constraint
    where conrelid = 'notification'::regclass and conname = 'notification_kind_check';
    alter table "notification" drop constraint notification_kind_check;
    execute format(
        'alter table "notification" add constraint notification_kind_check check (%s or "kind" = %L)',
        known, 'ORGANISATION_INVITATION'
    );
end
$$;

-- Who is asked reads it too; secrets stay for no compiled read.
select app.guard(
    'invitation',
    'array[''organisation:'' || {row}.organisation, ''person:'' || {row}.person] && (select app.keyring())'
);
revoke select on "invitation" from serra_reader;
grant select ("id", "organisation", "role", "email", "person", "invited_by", "created_at", "expires_at")
    on "invitation" to serra_reader;

-- Whether an invitation still holds, for whoever is asked: they need not see the one who asks, nor what that one is.
create function app.asks_still("asked" uuid) returns boolean language sql stable security definer
    set search_path = public, pg_temp as $$
    select exists (
        select from invitation join membership on membership.organisation = invitation.organisation
        where invitation.id = "asked" and array['person:' || invitation.person] && (select app.keyring())
            and membership.person = invitation.invited_by and membership.role = 'ADMIN'
    )
$$;
revoke execute on function app.asks_still(uuid) from public;
grant execute on function app.asks_still(uuid) to serra_reader;
