-- The second wall: the service works as a role that owns nothing, and row-level security tells that role what it may
-- read. docs/decisions/013 says why it is built so. It may run at any time and again.
--
-- A later migration that makes a table calls app.guard for it; where it does not, compiled reads cannot see the table.

-- Roles belong to the whole cluster, so another database of it may have made them, or be making them now.
set local lock_timeout = '60s';

do $$
declare
    named text;
    what_to_do constant text := 'Have an administrator of this PostgreSQL make the roles, as docs/operations.md says.';
begin
    foreach named in array array['serra_service', 'serra_reader'] loop
        if to_regrole(named) is null then
            begin
                execute format('create role %I nologin', named);
            exception
                when duplicate_object or unique_violation then null;
                when insufficient_privilege then
                    raise exception 'There is no role %, and % may not make it.', named, current_user using hint = what_to_do;
            end;
        end if;
    end loop;
    if not pg_has_role('serra_service', 'serra_reader', 'set') then
        begin
            grant serra_reader to serra_service with inherit false, set true;
        exception
            when unique_violation then null;
            when insufficient_privilege then
                raise exception 'serra_service must be able to become serra_reader.' using hint = what_to_do;
        end;
    end if;
    if not pg_has_role(current_user, 'serra_reader', 'set') then
        begin
            execute format('grant serra_reader to %I with inherit false, set true', current_user);
        exception
            -- Only where one address serves for everything, in development, does the owner read as this role.
            when unique_violation or insufficient_privilege then null;
        end;
    end if;
    if not has_database_privilege('serra_service', current_database(), 'connect') then
        execute format('grant connect on database %I to serra_service', current_database());
    end if;
    if not has_schema_privilege('serra_service', 'public', 'usage') then
        grant usage on schema public to serra_service;
    end if;
    if not has_schema_privilege('serra_reader', 'public', 'usage') then
        grant usage on schema public to serra_reader;
    end if;
end
$$;

set local lock_timeout = '4s';

create schema if not exists app;
grant usage on schema app to serra_service, serra_reader;

-- The keys of whoever asks. Each compiled read sets them for itself; where nothing did, this is null and opens nothing.
create or replace function app.keyring() returns text[] language sql stable parallel safe
return string_to_array(current_setting('app.keyring', true), ',');

-- Put a table behind the wall. Compiled reads see the rows that the rule lets through, or none without a rule; the
-- service's own work sees all of them when its connection says so, and nothing when that was forgotten. `{row}` in a
-- rule stands for the row at hand.
create or replace function app.guard("guarded" regclass, "rule" text default null) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', "guarded");
    execute format('drop policy if exists reads on %s', "guarded");
    execute format('drop policy if exists works on %s', "guarded");
    execute format('grant select, insert, update, delete on %s to serra_service', "guarded");
    -- In this form PostgreSQL neither multiplies two guessed selectivities nor takes a guarded table to be all but empty,
    -- which would sort it as a whole for the first rows of a list.
    execute format(
        $policy$
            create policy works on %s to serra_service
            using (case when (select current_setting('app.keyring', true)) = '*' then true end)
            with check ((select current_setting('app.keyring', true)) = '*')
        $policy$,
        "guarded"
    );
    if "rule" is not null then
        execute format('grant select on %s to serra_reader', "guarded");
        execute format(
            'create policy reads on %s for select to serra_reader using (case when %s then true end)',
            "guarded",
            replace("rule", '{row}', "guarded"::text)
        );
    end if;
end
$$;
revoke execute on function app.guard(regclass, text) from public;

-- What the service works with: every table and sequence of ours, later ones too.
do $$
declare
    ours record;
begin
    for ours in
        select oid::regclass as named, relkind from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
            and relowner = current_user::regrole and relname not like 'migration%'
    loop
        if ours.relkind = 'S' then
            execute format('grant usage on sequence %s to serra_service', ours.named);
        else
            execute format('grant select, insert, update, delete on %s to serra_service', ours.named);
        end if;
    end loop;
end
$$;
alter default privileges in schema public grant select, insert, update, delete on tables to serra_service;
alter default privileges in schema public grant usage on sequences to serra_service;

-- Everyone may read these.
grant select on "organisation", "concept" to serra_reader;

do $$
declare
    guarded text;
begin
    -- What has an audience is read by it. The wholes that some of these are read with besides are the first wall's alone:
    -- looked up here, they would cost a list of comments more than half of its time again.
    foreach guarded in array array[
        'person', 'network', 'lab', '"case"', 'case_version', 'outcome', 'test_round', 'practice', 'practice_version',
        'adoption', 'notification', 'event', 'artefact', 'review', 'comment'
    ] loop
        perform app.guard(guarded::regclass, '{row}.audience && (select app.keyring())');
    end loop;

    -- Parts without one: whoever may read the whole may read them. A subquery of one value is looked up row by row, and
    -- never becomes a hash over the whole table, as "exists" may.
    foreach guarded in array array[
        'case_concept', 'participation', 'phase', 'method_use', 'finding', 'challenge', 'idea', 'implementation_sheet',
        'road_map_item', 'principle', 'output', 'takeaway', 'case_contact'
    ] loop
        perform app.guard(
            guarded::regclass,
            '(select true from case_version whole where whole.id = {row}.version)'
        );
    end loop;
    foreach guarded in array array[
        'site', 'criterion', 'participant_group', 'observation', 'round_finding', 'verdict', 'deviation'
    ] loop
        perform app.guard(
            guarded::regclass,
            '(select true from test_round whole where whole.id = {row}.test_round)'
        );
    end loop;
    perform app.guard(
        'finding_evidence',
        '(select true from round_finding whole where whole.id = {row}.finding)'
    );
    perform app.guard(
        'practice_concept',
        '(select true from practice_version whole where whole.id = {row}.version)'
    );
    perform app.guard(
        'practice_source',
        $rule$
            (select true from practice_version whole where whole.id = {row}.version)
            and case
                when {row}."case" is not null then (select true from "case" source where source.id = {row}."case")
                when {row}.test_round is not null
                    then (select true from test_round source where source.id = {row}.test_round)
            end
        $rule$
    );
    foreach guarded in array array['event_participant', 'event_theme', 'event_case'] loop
        perform app.guard(guarded::regclass, '(select true from event whole where whole.id = {row}.event)');
    end loop;
    perform app.guard('artefact_version', '(select true from artefact whole where whole.id = {row}.artefact)');
    perform app.guard('lab_format', '(select true from lab whole where whole.id = {row}.lab)');
    perform app.guard('network_member', '(select true from network whole where whole.id = {row}.network)');
    perform app.guard('membership', '(select true from person whole where whole.id = {row}.person)');

    -- Narrower than their wholes: consents are for the organisation that runs the round, tokens for whom they sign.
    perform app.guard(
        'consent',
        $rule$
            (
                select array['organisation:' || whole.organisation] && (select app.keyring())
                from test_round whole where whole.id = {row}.test_round
            )
        $rule$
    );
    perform app.guard('personal_token', $rule$array['person:' || {row}.person] && (select app.keyring())$rule$);

    -- Where a later migration, which guards what it makes, ran before this one.
    if exists (select from pg_class where oid = to_regclass('case_audience') and relkind = 'r') then
        perform app.guard('case_audience', 'array[{row}.key] && (select app.keyring())');
    end if;
    if to_regclass('invitation') is not null then
        perform app.guard('invitation', $rule$array['organisation:' || {row}.organisation] && (select app.keyring())$rule$);
        perform app.guard('network_proposal', '{row}.audience && (select app.keyring())');
    end if;

    -- For no compiled read.
    perform app.guard('idempotency_key');
    perform app.guard('log');
end
$$;

-- A compiled read may tell of a token, never of its secret.
revoke select on personal_token from serra_reader;
grant select ("id", "person", "label", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    on personal_token to serra_reader;

-- The log is appended to and read; nobody but its owner could even try more.
revoke update, delete on "log" from serra_service;
