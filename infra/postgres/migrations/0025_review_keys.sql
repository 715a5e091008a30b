-- A reviewer who may read a thing only while they review it holds «review:<review>» for that time; the key stands in the
-- audience of what they may read. Until now it was their own key that stood there.
alter table "review" add column "lent_until" timestamptz;
update "review" set "lent_until" = ("due_on" + 31)::timestamp at time zone 'UTC' where "is_guest";

-- Nobody else's own key stands in these.
do $$
declare
    shared text;
begin
    foreach shared in array array['outcome', 'case_version', 'case', 'practice_version', 'practice', 'test_round'] loop
        execute format(
            $sql$
                update %I set audience = array(
                    select key from unnest(audience) with ordinality of_it(key, place)
                    where not starts_with(key, 'person:') order by place
                ) where array_to_string(audience, ' ') like '%%person:%%'
            $sql$,
            shared
        );
    end loop;
end
$$;

-- As services.reviews.guests lets somebody in: the version under review and the current one, with their thing.
create temporary table lends on commit drop as
    select 'review:' || "id" as key, "case", "test_round", "practice", "subject_version" as version
    from "review" where "is_guest" and "status" in ('REQUESTED', 'ACCEPTED') and "lent_until" > now();
update "outcome" o set audience = o.audience || array(
        select key from lends join "case" c on c.id = lends."case"
        where c.id = v."case" and v.number in (lends.version, c.current_number) order by 1
    )
    from "case_version" v where v.id = o.version and v."case" in (select "case" from lends) and o.audience @> v.audience;
update "case_version" v set audience = v.audience || array(
        select key from lends join "case" c on c.id = lends."case"
        where c.id = v."case" and v.number in (lends.version, c.current_number) order by 1
    )
    where v."case" in (select "case" from lends);
update "practice_version" v set audience = v.audience || array(
        select key from lends join "practice" p on p.id = lends."practice"
        where p.id = v."practice" and v.number in (lends.version, p.current_number) order by 1
    )
    where v."practice" in (select "practice" from lends);
update "case" c set audience = c.audience || array(select key from lends where lends."case" = c.id order by 1)
    where c.id in (select "case" from lends);
update "practice" p set audience = p.audience || array(select key from lends where lends."practice" = p.id order by 1)
    where p.id in (select "practice" from lends);
update "test_round" r set audience = r.audience || array(select key from lends where lends."test_round" = r.id order by 1)
    where r.id in (select "test_round" from lends);

-- Search holds a copy of who may read what.
insert into pgqueuer (priority, status, entrypoint, payload)
    select distinct 0, 'queued'::pgqueuer_status, 'index',
        convert_to(json_build_object('type', thing.type, 'id', thing.id)::text, 'UTF8')
    from "review", lateral (
        values ('Case', "review"."case"), ('Practice', "review"."practice"), ('TestRound', "review"."test_round")
    ) thing(type, id)
    where "review"."is_guest" and thing.id is not null;

-- Keyrings are made from these, so whoever remembers viewers hears of a change.
create index review_lends on "review" ("reviewer") where "lent_until" is not null;
create constraint trigger review_raises_epoch
    after insert or update of "status", "reviewer", "lent_until" on "review" deferrable initially deferred
    for each row when (new."lent_until" is not null) execute function raise_keyring_epoch();
create constraint trigger review_gone_raises_epoch
    after delete on "review" deferrable initially deferred
    for each row when (old."lent_until" is not null) execute function raise_keyring_epoch();
