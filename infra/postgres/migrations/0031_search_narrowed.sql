-- A thing that some readers lost is marked in the index by whoever takes it from them, until it is indexed anew: of the
-- marked ones a question asks who may read them now, and of all others nothing. It may run at any time and again.
alter table search_thing add column if not exists narrowed boolean not null default false;

-- Whether a keyring may read a thing now: the rule of services.search.things, which a test holds it against.
create or replace function search_readable(kind text, thing uuid, keys text[]) returns boolean
    language plpgsql stable parallel safe as $$
begin
    return case kind
        when 'Artefact' then exists (select from artefact t where t.id = thing and t.audience && keys)
        when 'Case' then exists (select from "case" t where t.id = thing and t.audience && keys)
        when 'Event' then exists (select from event t where t.id = thing and t.audience && keys)
        when 'Lab' then exists (select from lab t where t.id = thing and t.audience && keys)
        when 'Network' then exists (select from network t where t.id = thing and t.audience && keys)
        when 'Organisation' then exists (select from organisation t where t.id = thing)
        when 'Practice' then exists (select from practice t where t.id = thing and t.audience && keys)
        when 'TestRound' then exists (
            select from test_round t join "case" whole on whole.id = t."case"
            where t.id = thing and t.audience && keys and whole.audience && keys
        )
    end;
end
$$;

create or replace function search_narrows() returns trigger language plpgsql as $$
begin
    update search_thing set narrowed = true where type = tg_argv[0] and thing = old.id and not narrowed;
    if tg_argv[0] = 'Case' then
        update search_thing set narrowed = true
        where type = 'TestRound' and thing in (select id from test_round where "case" = old.id) and not narrowed;
    end if;
    return null;
end
$$;

do $$
declare
    kind text;
    narrowable text;
begin
    foreach kind in array array['Artefact', 'Case', 'Event', 'Lab', 'Network', 'Organisation', 'Practice', 'TestRound'] loop
        narrowable := lower(regexp_replace(kind, '(?<!^)([A-Z])', '_\1', 'g'));
        execute format(
            'create or replace trigger search_loses after delete on %I for each row execute function search_narrows(%L)',
            narrowable, kind
        );
        continue when kind = 'Organisation';  -- everybody reads those
        execute format(
            'create or replace trigger search_narrows after update of audience on %I for each row'
            ' when (not new.audience @> old.audience) execute function search_narrows(%L)',
            narrowable, kind
        );
    end loop;
end
$$;
