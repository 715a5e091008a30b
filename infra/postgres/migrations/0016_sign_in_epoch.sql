-- Who signs in by a provider is remembered like who sends a token, and forgotten by the same number (0013). The last use
-- of a session or an identity raises nothing. It may run at any time and again.

drop trigger if exists session_raises_epoch on "session";
create constraint trigger session_raises_epoch
    after update of revoked_at, expires_at or delete on "session" deferrable initially deferred
    for each row execute function raise_keyring_epoch();

drop trigger if exists identity_provider_raises_epoch on identity_provider;
create constraint trigger identity_provider_raises_epoch
    after insert or update or delete on identity_provider deferrable initially deferred
    for each row execute function raise_keyring_epoch();

drop trigger if exists external_identity_raises_epoch on external_identity;
create constraint trigger external_identity_raises_epoch
    after update of person or delete on external_identity deferrable initially deferred
    for each row execute function raise_keyring_epoch();

-- Behind the wall: an organisation's ADMINs see that it has a provider, by the keys of those who are in it; of its
-- secret, which is encrypted, compiled reads can ask no more than whether there is one.
alter table identity_provider
    add column if not exists has_client_secret boolean not null generated always as (client_secret is not null) stored;
select app.guard(
    'identity_provider', $rule$array['organisation:' || {row}.organisation] && (select app.keyring())$rule$
);
revoke select on identity_provider from serra_reader;
grant select (
    "id", "organisation", "issuer", "client_id", "has_client_secret", "scopes", "rules", "default_role",
    "allows_machines", "is_enabled", "revision", "created_at", "updated_at"
) on identity_provider to serra_reader;

-- Who is who to a provider, who is signed in, and which answers were used is for no compiled read.
select app.guard('external_identity');
select app.guard('session');
select app.guard('spent_state');

create index if not exists session_ended on "session" (least("revoked_at", "expires_at"));
