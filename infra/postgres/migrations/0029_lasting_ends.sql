-- An invitation ends with its maker's role, by whatever the role ends: a verb, the claims of a provider, an erasure.
create function end_invitations() returns trigger language plpgsql as $$
begin
    delete from invitation where organisation = old.organisation and invited_by = old.person;
    return null;
end
$$;
create trigger membership_ends_invitations after delete on membership
    for each row when (old.role = 'ADMIN') execute function end_invitations();
create trigger role_ends_invitations after update of role on membership
    for each row when (old.role = 'ADMIN' and new.role <> 'ADMIN') execute function end_invitations();
delete from invitation where invited_by is null or not exists (
    select from membership where membership.organisation = invitation.organisation
        and membership.person = invitation.invited_by and membership.role = 'ADMIN'
);

-- Whether its maker is still an ADMIN is no longer asked.
drop function app.asks_still(uuid);

-- Whom an ADMIN took out is let in by no provider before an ADMIN says so.
alter table "external_identity" add column "removed_at" timestamptz;
