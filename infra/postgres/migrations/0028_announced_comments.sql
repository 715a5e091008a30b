-- A line of the log as it is announced: number, type, id, action, person, and of a new comment what it speaks of and its
-- audience. The comment tells them: an organisation's log need not. It may run at any time and again.
create or replace function announced(entry "log") returns text language sql stable as $$
    select jsonb_build_array(
        entry.id, entry.subject_type, entry.subject_id, entry.action, entry.person, made.about, made.audience
    )::text
    from (select) line
    left join lateral (
        select coalesce(c."case", c.test_round, c.practice, c.artefact) as about, c.audience from comment c
        where entry.action = 'add_comment' and c.id = entry.subject_id
    ) made on true
$$;
