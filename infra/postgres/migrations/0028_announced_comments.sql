-- A line of the log as it is announced: number, type, id, action, person, and of a new comment what it speaks of and its
-- audience. The comment tells them: an organisation's log need not. It may run at any time and again.
-- In plpgsql, which keeps its plans: every line of the log passes here.
create or replace function announced(entry "log") returns text language plpgsql stable as $$
declare
    made record;
begin
    if entry.action <> 'add_comment' then
        return jsonb_build_array(
            entry.id, entry.subject_type, entry.subject_id, entry.action, entry.person, null, null
        )::text;
    end if;
    select coalesce(c."case", c.test_round, c.practice, c.artefact) as about, c.audience into made
    from comment c where c.id = entry.subject_id;
    return jsonb_build_array(
        entry.id, entry.subject_type, entry.subject_id, entry.action, entry.person, made.about, made.audience
    )::text;
end
$$;
