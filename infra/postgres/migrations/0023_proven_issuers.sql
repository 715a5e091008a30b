-- Naming an issuer takes it from nobody; signing somebody in there shows that it is one's own.
alter table "identity_provider" add column "proven_at" timestamptz;
alter table "identity_provider" drop constraint "identity_provider_issuer_key";
create unique index identity_provider_proven on "identity_provider" ("issuer") where "proven_at" is not null;
-- Until now an issuer served one organisation, so whoever has come in by one has shown whose it is.
update "identity_provider" provider set "proven_at" = now() where exists (
    select from "external_identity" identity
    where identity.organisation = provider.organisation and identity.issuer = provider.issuer
);
-- What an update leaves for the end of the transaction is done here: no later migration could else alter the table.
set constraints all immediate;
grant select ("proven_at") on "identity_provider" to serra_reader;
