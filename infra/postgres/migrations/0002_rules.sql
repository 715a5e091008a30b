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
alter table "event" add constraint event_dates check ("starts_on" <= "ends_on");
alter table "artefact_version" add constraint artefact_version_sha256 check ("sha256" ~ '^[0-9a-f]{64}$');

alter table "membership" add constraint membership_once unique ("person", "organisation");
alter table "network_member" add constraint network_member_once unique ("network", "organisation");
alter table "concept" add constraint concept_notation_once unique ("scheme", "notation");
alter table "case_version" add constraint case_version_number_once unique ("case", "number");
alter table "practice_version" add constraint practice_version_number_once unique ("practice", "number");
alter table "test_round" add constraint test_round_number_once unique ("case", "number");
alter table "artefact_version" add constraint artefact_version_number_once unique ("artefact", "number");
alter table "verdict" add constraint verdict_once unique ("criterion", "site");
alter table "finding_evidence" add constraint finding_evidence_once unique ("finding", "observation");
alter table "idempotency_key" add constraint idempotency_key_once unique ("person", "action", "key");
create unique index adoption_of_practice_once on "adoption" ("organisation", "practice") where "practice" is not null;
create unique index adoption_of_case_once on "adoption" ("organisation", "case") where "case" is not null;

-- Lists: newest first.
create index case_listed on "case" ("listed_at" desc, "id" desc);
create index practice_listed on "practice" ("listed_at" desc, "id" desc);
create index event_listed on "event" ("listed_at" desc, "id" desc);
create index event_starts on "event" ("starts_on" desc, "id" desc);
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
create index adoption_practice on "adoption" ("practice", "listed_at");
create index adoption_case on "adoption" ("case", "listed_at");
create index membership_organisation on "membership" ("organisation");
create index network_member_organisation on "network_member" ("organisation");
create index personal_token_person on "personal_token" ("person");
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
