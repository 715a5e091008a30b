-- Whoever remembers viewers looks at one number to know whether they still hold. It rises as a transaction that changed
-- keys, roles or tokens commits: by then it waits for nothing else, so that raising it cannot end in a deadlock.
-- It may run at any time and again.

create table if not exists keyring_epoch (
    id integer primary key default 1 check (id = 1),
    number bigint not null default 0
);

insert into keyring_epoch (id) values (1) on conflict do nothing;

create or replace function raise_keyring_epoch() returns trigger language plpgsql as $$
begin
    if current_setting('serra.epoch_raised', true) is distinct from pg_current_xact_id()::text then
        update keyring_epoch set number = number + 1;
        perform set_config('serra.epoch_raised', pg_current_xact_id()::text, true);
    end if;
    return null;
end
$$;

drop trigger if exists membership_raises_epoch on membership;
create constraint trigger membership_raises_epoch
    after insert or update or delete on membership deferrable initially deferred
    for each row execute function raise_keyring_epoch();

drop trigger if exists network_member_raises_epoch on network_member;
create constraint trigger network_member_raises_epoch
    after insert or update or delete on network_member deferrable initially deferred
    for each row execute function raise_keyring_epoch();

drop trigger if exists person_raises_epoch on person;
create constraint trigger person_raises_epoch
    after update of name, is_steward, erased_at or delete on person deferrable initially deferred
    for each row execute function raise_keyring_epoch();

drop trigger if exists personal_token_raises_epoch on personal_token;
create constraint trigger personal_token_raises_epoch
    after update of scopes, expires_at, revoked_at or delete on personal_token deferrable initially deferred
    for each row execute function raise_keyring_epoch();
