-- What the tables alone do not say: exactly-one-parent rules, numbers within bounds, the log's permanence, and the
-- indexes that lists, parts and audiences are read by.

alter table "participation" add constraint participation_of_one
    check (num_nonnulls("organisation", "stakeholder_group") = 1);
alter table "practice_source" add constraint practice_source_of_one check (num_nonnulls("case", "test_round") = 1);
alter table "adoption" add constraint adoption_of_one check (num_nonnulls("practice", "case") = 1);
alter table "review" add constraint review_of_one check (num_nonnulls("case", "test_round", "practice") = 1);
alter table "artefact" add constraint artefact_of_one
    check (num_nonnulls("case", "test_round", "practice", "event") = 1);
alter table "comment" add constraint comment_of_one
    check (num_nonnulls("case", "test_round", "practice", "artefact") = 1);

alter table "outcome" add constraint outcome_percent
    check ("unit" is distinct from 'PERCENT' or "value" is null or "value" between 0 and 100);
alter table "observation" add constraint observation_severity check ("severity" between 0 and 4);
alter table "test_round" add constraint test_round_window check ("window_start" <= "window_end");
alter table "participant_group" add constraint participant_group_counts check ("planned" >= 0 and "actual" >= 0);
alter table "event" add constraint event_dates check ("starts_on" <= "ends_on");
alter table "artefact_version" add constraint artefact_version_sha256 check ("sha256" ~ '^[0-9a-f]{64}$');

alter table "lab" add constraint lab_of_case foreign key ("case") references "case" on delete set null;
alter table "membership" add constraint membership_once unique ("person", "organisation");
alter table "network_member" add constraint network_member_once unique ("network", "organisation");
alter table "concept" add constraint concept_notation_once unique ("scheme", "notation");
alter table "case_version" add constraint case_version_number_once unique ("case", "number");
alter table "practice_version" add constraint practice_version_number_once unique ("practice", "number");
alter table "test_round" add constraint test_round_number_once unique ("case", "organisation", "number");
alter table "artefact_version" add constraint artefact_version_number_once unique ("artefact", "number");
alter table "verdict" add constraint verdict_once unique ("criterion", "site");
alter table "finding_evidence" add constraint finding_evidence_once unique ("finding", "observation");
alter table "idempotency_key" add constraint idempotency_key_once unique ("person", "action", "key");
alter table "adoption" add constraint adoption_value_with_evidence
    check ("stage" <> 'VALUE_CONFIRMED' or "evidence" is not null);
alter table "adoption" add constraint adoption_abandoned_with_reason
    check ("stage" <> 'ABANDONED' or "abandoned_reason" is not null);
-- What was given up may be taken up again, by an adoption of its own.
create unique index adoption_of_practice_once on "adoption" ("organisation", "practice")
    where "practice" is not null and "stage" <> 'ABANDONED';
create unique index adoption_of_case_once on "adoption" ("organisation", "case")
    where "case" is not null and "stage" <> 'ABANDONED';
alter table "notification" add constraint notification_once unique ("person", "cause");

-- Rule 6: the sum of some cells, as somebody outside the organisation sees it; a cell alone is a sum of one. A cell
-- under the threshold is hidden, zero too, and a sum with a hidden cell is given as the range that follows from what is
-- shown. services.test_rounds.rules.suppressed says the same, and why; a test holds the two against each other.
create function suppressed_count("counts" integer[], "threshold" integer) returns jsonb
    language sql immutable parallel safe
    return (
        select jsonb_build_object(
            'value', case when hidden = 0 then least end,
            'isSuppressed', hidden > 0,
            'display', case
                when hidden = 0 then least::text
                when least = 0 then '<' || most + 1
                else least || '–' || most
            end
        )
        from (
            select hidden, least, least + hidden * ("threshold" - 1) as most
            from (
                select
                    count(*) filter (where is_hidden) as hidden,
                    coalesce(sum(n) filter (where not is_hidden), 0)::bigint as least
                from (
                    select n, n < "threshold" and "threshold" > 1 as is_hidden from unnest("counts") n
                ) cells
            ) counted
        ) bounded
        where cardinality("counts") > 0 and array_position("counts", null) is null
    );

-- Lists: newest first.
create index case_listed on "case" ("listed_at" desc, "id" desc);
create index practice_listed on "practice" ("listed_at" desc, "id" desc);
create index event_listed on "event" ("listed_at" desc, "id" desc);
create index event_starts on "event" ("starts_on" desc, "id" desc);
create index event_organisation on "event" ("organisation");
create index event_host on "event" ("host");
create index lab_listed on "lab" ("listed_at" desc, "id" desc);
create index network_listed on "network" ("listed_at" desc, "id" desc);
create index organisation_listed on "organisation" ("listed_at" desc, "id" desc);
create index organisation_slug_order on "organisation" ("slug", "id");

-- Parts, in order.
create index case_concept_of on "case_concept" ("version", "position");
create index participation_of on "participation" ("version", "position");
create index phase_of on "phase" ("version", "position");
create index method_use_of on "method_use" ("version", "position");
create index finding_of on "finding" ("version", "position");
create index challenge_of on "challenge" ("version", "position");
create index idea_of on "idea" ("version", "position");
create index implementation_sheet_of on "implementation_sheet" ("version", "position");
create index road_map_item_of on "road_map_item" ("version", "position");
create index principle_of on "principle" ("version", "position");
create index output_of on "output" ("version", "position");
create index outcome_of on "outcome" ("version", "position");
create index takeaway_of on "takeaway" ("version", "position");
create index case_contact_of on "case_contact" ("version", "position");
create index site_of on "site" ("test_round", "position");
create index criterion_of on "criterion" ("test_round", "position");
create index participant_group_of on "participant_group" ("test_round", "position");
create index observation_of on "observation" ("test_round", "position");
create index round_finding_of on "round_finding" ("test_round", "position");
create index round_finding_previous on "round_finding" ("previous");
create index finding_evidence_observation on "finding_evidence" ("observation");
create index verdict_of on "verdict" ("test_round", "position");
create index deviation_of on "deviation" ("test_round", "position");
create index consent_of on "consent" ("test_round", "alias");
create index practice_concept_of on "practice_concept" ("version", "position");
create index practice_source_of on "practice_source" ("version", "position");
create index practice_source_case on "practice_source" ("case");
create index practice_source_round on "practice_source" ("test_round");
create index lab_format_of on "lab_format" ("lab", "position");
create index event_participant_of on "event_participant" ("event", "position");
create index event_theme_of on "event_theme" ("event", "position");
create index event_case_of on "event_case" ("event", "position");
create index event_case_case on "event_case" ("case");

-- Things of a thing.
create index case_owner on "case" ("owner", "listed_at" desc);
create index practice_owner on "practice" ("owner", "listed_at" desc);
create index test_round_organisation on "test_round" ("organisation");
create index lab_organisation on "lab" ("organisation");
create index lab_case on "lab" ("case");
create index adoption_practice on "adoption" ("practice", "listed_at" desc, "id" desc);
create index adoption_case on "adoption" ("case", "listed_at" desc, "id" desc);
create index adoption_organisation on "adoption" ("organisation", "listed_at" desc, "id" desc);
create index notification_person on "notification" ("person", "created_at" desc, "id" desc);
create index membership_organisation on "membership" ("organisation");
create index concept_broader on "concept" ("broader");
create index network_member_organisation on "network_member" ("organisation");
create index personal_token_person on "personal_token" ("person");
create index artefact_version_state on "artefact_version" ("state", "created_at") where "state" <> 'STORED';
create index artefact_case on "artefact" ("case");
create index artefact_test_round on "artefact" ("test_round");
create index artefact_practice on "artefact" ("practice");
create index artefact_event on "artefact" ("event");
create index comment_case on "comment" ("case", "created_at", "id");
create index comment_test_round on "comment" ("test_round", "created_at", "id");
create index comment_practice on "comment" ("practice", "created_at", "id");
create index comment_artefact on "comment" ("artefact", "created_at", "id");
create index comment_reply_to on "comment" ("reply_to");
create index review_case on "review" ("case");
create index review_test_round on "review" ("test_round");
create index review_practice on "review" ("practice");
create index review_reviewer on "review" ("reviewer");

-- Audiences: for counts and for readers who may read little.
create index case_audience on "case" using gin ("audience");
create index test_round_audience on "test_round" using gin ("audience");

-- A file's readers are among its whole's: those that its author chose of them, or all; and, where there was a choice,
-- always its organisation. A round's readers are those who may also read its case.
create function common_audience("one" text[], "other" text[]) returns text[]
    language sql immutable strict parallel safe
    return case
        when 'public' = any("one") then "other"
        when 'public' = any("other") then "one"
        else array(select unnest("one") intersect select unnest("other"))
    end;

create function part_audience("own" text, "chosen" text[], "whole" text[]) returns text[]
    language sql immutable parallel safe
    return case
        when "chosen" is null then "whole"
        else array["own"] || array(
            select key from unnest("chosen") key
            where key <> "own" and ('public' = any("whole") or key = any("whole"))
        )
    end;

create function artefact_audience("file" artefact) returns text[]
    language sql stable
    return (
        select part_audience(
            'organisation:' || "file".organisation,
            "file".narrowed_to,
            coalesce(of_case.audience, common_audience(round.audience, tested.audience), practice.audience, event.audience)
        )
        from (select) one_row
        left join "case" of_case on of_case.id = "file"."case"
        left join test_round round on round.id = "file".test_round
        left join "case" tested on tested.id = round."case"
        left join practice on practice.id = "file".practice
        left join event on event.id = "file".event
    );

-- When a whole is published, released or shared otherwise, its files follow in the same statement, whoever changed it.
create function artefacts_follow() returns trigger language plpgsql as $$
declare
    files uuid[];
begin
    case tg_table_name
        when 'case' then
            files := array(
                select id from artefact where "case" = new.id
                union all
                select a.id from artefact a join test_round r on r.id = a.test_round where r."case" = new.id
            );
        when 'test_round' then
            -- The case must not change its readers between this and the round's commit.
            perform from "case" where id = new."case" for share;
            files := array(select id from artefact where test_round = new.id);
        when 'practice' then
            files := array(select id from artefact where practice = new.id);
        when 'event' then
            files := array(select id from artefact where event = new.id);
    end case;
    perform from artefact where id = any(files) and current_number > 0 order by id for no key update;
    update artefact set audience = artefact_audience(artefact) where id = any(files) and current_number > 0;
    return null;
end
$$;

create trigger artefacts_follow after update of "audience" on "case"
    for each row when (old."audience" is distinct from new."audience") execute function artefacts_follow();
create trigger artefacts_follow after update of "audience" on "test_round"
    for each row when (old."audience" is distinct from new."audience") execute function artefacts_follow();
create trigger artefacts_follow after update of "audience" on "practice"
    for each row when (old."audience" is distinct from new."audience") execute function artefacts_follow();
create trigger artefacts_follow after update of "audience" on "event"
    for each row when (old."audience" is distinct from new."audience") execute function artefacts_follow();

-- An adoption's readers: the adopter, whoever answers for what it adopted, and those that it chose among its readers.
create function adoption_audience("adopter" uuid, "owner" uuid, "chosen" text[], "whole" text[]) returns text[]
    language sql immutable parallel safe
    return array['organisation:' || "adopter"] || array_remove(
        part_audience('organisation:' || "owner", "chosen", "whole"), 'organisation:' || "adopter"
    );

-- When what was adopted is published, released or shared otherwise, its adoptions follow in the same statement.
create function adoptions_follow() returns trigger language plpgsql as $$
begin
    update adoption set audience = adoption_audience(organisation, new.owner, narrowed_to, new.audience)
    where tg_table_name = 'case' and "case" = new.id or tg_table_name = 'practice' and practice = new.id;
    return null;
end
$$;

create trigger adoptions_follow after update of "audience" on "case"
    for each row when (old."audience" is distinct from new."audience") execute function adoptions_follow();
create trigger adoptions_follow after update of "audience" on "practice"
    for each row when (old."audience" is distinct from new."audience") execute function adoptions_follow();

-- Rule 13: a practice's level of evidence and its grounds, from what a reader may read of it.
-- services.practices.rules.weigh says the same, and docs/decisions/005 why; a test holds the two against each other.
create function evidence(
    "is_described" boolean,
    "measured_outcomes" bigint,
    "rounds" bigint,
    "compared_rounds" bigint,
    "bodies" bigint,
    "confirmed_adoptions" bigint,
    "abandoned_adoptions" bigint,
    "templates" bigint
) returns jsonb
    language sql immutable parallel safe
    return (
        select jsonb_build_object(
            'level', nullif(level, 0),
            'reasons', to_jsonb(array_remove(array[
                case when level >= 1 then 'DESCRIBED' else 'NOT_DESCRIBED' end,
                case when level >= 2 and "measured_outcomes" > 0 then 'OUTCOME_MEASURED' end,
                case when level >= 2 and "rounds" > 0 then 'ROUND_MET_CRITERION' end,
                case when level >= 3 then 'COMPARED' end,
                case when level >= 4 then 'INDEPENDENT' end,
                case when level = 5 then 'REPLICATED' end,
                case level when 1 then 'NO_DATA' when 2 then 'NOT_COMPARED' when 3 then 'NOT_INDEPENDENT' end,
                case when level = 4 and "confirmed_adoptions" < 3 then 'TOO_FEW_ADOPTIONS' end,
                case
                    when level = 4 and "abandoned_adoptions" > 0 and "abandoned_adoptions" >= "confirmed_adoptions"
                        then 'GIVEN_UP_TOO_OFTEN'
                end,
                case when level = 4 and "templates" = 0 then 'NO_TEMPLATE' end
            ], null))
        )
        from (
            select case
                when not "is_described" then 0
                when "measured_outcomes" = 0 and "rounds" = 0 then 1
                when "compared_rounds" = 0 then 2
                when "bodies" < 2 then 3
                when "confirmed_adoptions" < 3 or "abandoned_adoptions" >= "confirmed_adoptions" or "templates" = 0
                    then 4
                else 5
            end as level
        ) weighed
    );

-- The log is append-only.
create index log_subject on "log" ("subject_type", "subject_id", "id");
create index log_organisation on "log" ("organisation", "id");

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The log is append-only: % is refused.', lower(tg_op) using errcode = 'insufficient_privilege';
end
$$;

create trigger log_is_append_only before update or delete or truncate on "log"
    for each statement execute function refuse_change();
