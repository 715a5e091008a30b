-- Naming an issuer takes it from nobody; signing somebody in there shows that it is one's own.
alter table "identity_provider" add column "proven_at" timestamptz;
alter table "identity_provider" drop constraint "identity_provider_issuer_key";
-- Until now an issuer served one organisation, so whoever has come in by one has shown whose it is.
update "identity_provider" provider set "proven_at" = now() where exists (
    select from "external_identity" identity
    where identity.organisation = provider.organisation and identity.issuer = provider.issuer
);
create unique index identity_provider_proven on "identity_provider" ("issuer") where "proven_at" is not null;
grant select ("proven_at") on "identity_provider" to serra_reader;
