-- A file's organisation reads its file as long as that exists, whoever reads the whole: until now nobody did where a
-- round's readers and those of its case had no key in common. And what follows from an audience inherits no key that a
-- review lends (docs/decisions/022). It may run again.
create or replace function part_audience("own" text, "chosen" text[], "whole" text[]) returns text[]
    language sql immutable parallel safe
    return array["own"] || array(
        select key from unnest(coalesce("chosen", "whole")) with ordinality of_them(key, place)
        where key <> "own" and not starts_with(key, 'review:')
            and ("chosen" is null or 'public' = any("whole") or key = any("whole"))
        order by place
    );

with changed as (
    update artefact set audience = artefact_audience(artefact)
    where current_number > 0 and audience is distinct from artefact_audience(artefact)
    returning id
)
-- Search holds a copy of who may read what.
insert into pgqueuer (priority, status, entrypoint, payload)
    select 0, 'queued'::pgqueuer_status, 'index', convert_to(json_build_object('type', 'Artefact', 'id', id)::text, 'UTF8')
    from changed;

update adoption a set audience = adoption_audience(a.organisation, whole.owner, a.narrowed_to, whole.audience)
from (select id, owner, audience from "case" union all select id, owner, audience from practice) whole
where whole.id = coalesce(a."case", a.practice)
    and a.audience is distinct from adoption_audience(a.organisation, whole.owner, a.narrowed_to, whole.audience);

-- Of a file's versions others read what is verified and not withheld, behind the second wall too.
select app.guard(
    'artefact_version',
    $rule$
        (
            select {row}.state = 'STORED' and {row}.withheld_at is null
                or array['organisation:' || whole.organisation] && (select app.keyring())
            from artefact whole where whole.id = {row}.artefact
        )
    $rule$
);

-- What was said of a version that is withheld quotes it no more.
update "comment" c
set anchor_quote = null, anchor_prefix = null, anchor_suffix = null, revision = c.revision + 1
from artefact_version v
where v.artefact = c.artefact and v.number = c.subject_version and v.withheld_at is not null
    and c.anchor_quote is not null;
