-- What the peer needs beside Serra's own tables: a role under row-level security, with the same rule as Serra's own.
-- Its policies are for its role alone, so none of this binds Serra's roles or costs them anything.

create role serra_bench_peer login nobypassrls;
grant usage on schema app, public to serra_bench_peer;

create function app.person() returns uuid language sql stable parallel safe
return nullif(current_setting('app.person', true), '')::uuid;

-- The peer makes a field of every function that it may call; Serra's own are not for it.
do $$
declare
    ours regprocedure;
begin
    for ours in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proowner = current_user::regrole
    loop
        execute format('grant execute on function %s to serra_service, serra_reader', ours);
        execute format('revoke execute on function %s from public', ours);
    end loop;
end
$$;

-- Everyone may read an organisation, so no policy slows the peer down there.
grant select on "organisation", "person", "case", "case_version", "test_round", "comment" to serra_bench_peer;
grant insert on "comment" to serra_bench_peer;

-- In this form PostgreSQL neither multiplies two guessed selectivities nor asks for the keyring at every row.
create policy bench_reads on "case" for select to serra_bench_peer
    using (case when audience && (select app.keyring()) then true end);
create policy bench_reads on "case_version" for select to serra_bench_peer
    using (case when audience && (select app.keyring()) then true end);
create policy bench_reads on "test_round" for select to serra_bench_peer
    using (case when audience && (select app.keyring()) then true end);
create policy bench_reads on "comment" for select to serra_bench_peer
    using (case when audience && (select app.keyring()) then true end);
create policy bench_reads on "person" for select to serra_bench_peer
    using (case when audience && (select app.keyring()) then true end);

-- Whoever comments is themselves, and may read what they comment on and what they write.
create policy bench_writes on "comment" for insert to serra_bench_peer with check (
    author = (select app.person())
    and case when audience && (select app.keyring()) then true end
    and exists (select from test_round spoken_of where spoken_of.id = test_round)
);

-- Serra shows a case with its current version; the peer reaches it by this key, in the same statement.
comment on table "case" is
    E'@foreignKey (id, current_number) references case_version ("case", number)|@fieldName currentVersion';

-- The peer shows a text in one language, chosen as Serra chooses it for a request that names two.
create function app.wording(stored jsonb, first text, second text) returns text language sql immutable parallel safe
return coalesce(stored -> first, stored -> second, stored -> (stored ->> 'source')) ->> 'text';

create function case_version_title_text(version case_version, first text, second text) returns text
language sql stable parallel safe return app.wording(version.title, first, second);

create function case_version_summary_text(version case_version, first text, second text) returns text
language sql stable parallel safe return app.wording(version.summary, first, second);

create function case_version_challenge_text(version case_version, first text, second text) returns text
language sql stable parallel safe return app.wording(version.challenge, first, second);

create function organisation_name_text(body organisation, first text, second text) returns text
language sql stable parallel safe return app.wording(body.names, first, second);

create function test_round_hypothesis_text(round test_round, first text, second text) returns text
language sql stable parallel safe return app.wording(round.hypothesis, first, second);

-- Serra makes a comment's id itself; the peer is spared that.
alter table "comment" alter column id set default uuidv7();
