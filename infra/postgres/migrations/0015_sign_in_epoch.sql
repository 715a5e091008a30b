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

-- Behind the wall: an organisation's ADMINs see that it has a provider, by the keys of those who are in it;
-- what they see of its secret, which is encrypted, is that there is one.
select app.guard(
    'identity_provider', $rule$array['organisation:' || {row}.organisation] && (select app.keyring())$rule$
);
grant select on identity_provider to serra_reader;
