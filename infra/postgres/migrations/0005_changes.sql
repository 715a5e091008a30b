-- Every line of the log is announced when its transaction commits, and never when it does not: whoever holds
-- subscriptions listens. It may run at any time and again.

-- A line of the log as it is announced: number, type, id, action, person, and what a comment speaks of.
create or replace function announced(entry "log") returns text language sql immutable as $$
    select jsonb_build_array(
        entry.id, entry.subject_type, entry.subject_id, entry.action, entry.person, entry.detail ->> 'subject_id'
    )::text
$$;

create or replace function announce() returns trigger language plpgsql as $$
begin
    perform pg_notify('serra_changed', announced(new));
    return null;
end
$$;

create or replace trigger log_is_announced after insert on "log" for each row execute function announce();
