-- Every table of Serra. Piccolo's table classes mirror this; a test holds the two against each other.

create table "organisation" (
    "id" uuid primary key,
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "names" jsonb not null,
    "description" jsonb,
    "kind" varchar(20) not null
        check ("kind" in ('PES', 'NATIONAL_BODY', 'REGIONAL_BODY', 'MUNICIPALITY', 'AGENCY', 'ASSOCIATION', 'CONSULTANCY', 'OTHER')),
    "level" varchar(20) not null
        check ("level" in ('NATIONAL', 'REGIONAL', 'LOCAL', 'OTHER')),
    "country" varchar(2) not null,
    "nuts" varchar(5),
    "lau" varchar(13),
    "inhabitants" integer,
    "identifiers" jsonb not null default '[]',
    "website" text,
    "parent" uuid references "organisation" on delete set null,
    "is_sample" boolean not null default false,
    "revision" integer not null default 1
);

create table "person" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "name" text not null,
    "email" text,
    "language" varchar(12),
    "is_steward" boolean not null default false,
    "created_at" timestamptz not null default now(),
    "erased_at" timestamptz
);

create table "membership" (
    "id" uuid primary key,
    "person" uuid not null references "person" on delete cascade,
    "organisation" uuid not null references "organisation" on delete cascade,
    "role" varchar(20) not null
        check ("role" in ('ADMIN', 'EDITOR', 'REVIEWER', 'READER')),
    "since" timestamptz not null default now()
);

create table "network" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "names" jsonb not null,
    "description" jsonb,
    "is_sample" boolean not null default false
);

create table "network_member" (
    "id" uuid primary key,
    "network" uuid not null references "network" on delete cascade,
    "organisation" uuid not null references "organisation" on delete cascade,
    "role" varchar(20) not null
        check ("role" in ('FACILITATOR', 'MEMBER')),
    "since" timestamptz not null default now()
);

create table "lab" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "organisation" uuid not null references "organisation" on delete restrict,
    "names" jsonb not null,
    "founded" jsonb not null default '[]',
    "space" jsonb,
    "participants" jsonb not null default '[]',
    "case" uuid,
    "revision" integer not null default 1
);

create table "lab_format" (
    "id" uuid primary key,
    "position" smallint not null,
    "lab" uuid not null references "lab" on delete cascade,
    "name" jsonb not null,
    "duration_value" numeric,
    "duration_unit" varchar(10)
        check ("duration_unit" in ('HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'))
);

create table "personal_token" (
    "id" uuid primary key,
    "person" uuid not null references "person" on delete cascade,
    "label" text not null,
    "secret_hash" bytea unique not null,
    "scopes" varchar(10)[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "expires_at" timestamptz not null default now(),
    "last_used_at" timestamptz,
    "revoked_at" timestamptz
);

create table "idempotency_key" (
    "id" uuid primary key,
    "person" uuid not null references "person" on delete cascade,
    "key" text not null,
    "action" varchar(60) not null,
    "input_hash" bytea not null,
    "subject_id" uuid not null,
    "created_at" timestamptz not null default now()
);

create table "concept" (
    "id" uuid primary key,
    "scheme" varchar(40) not null,
    "notation" varchar(120) not null,
    "uri" text,
    "labels" jsonb not null,
    "alternatives" jsonb not null default '{}',
    "broader" uuid references "concept" on delete set null
);

create table "case" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "kind" varchar(30) not null
        check ("kind" in ('CO_CREATION_PROJECT', 'METHOD', 'LAB_PROGRAMME', 'CULTURE_CHANGE', 'GUIDANCE')),
    "owner" uuid not null references "organisation" on delete restrict,
    "current_number" integer not null default 1,
    "revision" integer not null default 1,
    "is_example" boolean not null default false
);

create table "case_version" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "case" uuid not null references "case" on delete cascade,
    "number" integer not null,
    "status" varchar(20) not null default 'DRAFT'
        check ("status" in ('DRAFT', 'SUBMITTED', 'IN_REVIEW', 'CHANGES_REQUESTED', 'PUBLISHED', 'SUPERSEDED', 'ARCHIVED', 'WITHDRAWN')),
    "release_audience" text[] not null default '{}',
    "embargo_until" timestamptz,
    "title" jsonb not null,
    "summary" jsonb,
    "challenge" jsonb,
    "context" jsonb,
    "languages" varchar(12)[] not null default '{}',
    "licence" varchar(40),
    "start" jsonb not null default '[]',
    "end" jsonb not null default '[]',
    "source_title" text,
    "source_publisher" text,
    "source_published_on" date,
    "source_url" text,
    "created_by" uuid references "person" on delete set null,
    "created_at" timestamptz not null default now(),
    "published_at" timestamptz,
    "review_note" text
);

create table "case_concept" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "concept" uuid not null references "concept" on delete restrict
);

create table "participation" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "organisation" uuid references "organisation" on delete restrict,
    "stakeholder_group" jsonb,
    "role" varchar(20) not null
        check ("role" in ('OWNER', 'HOST', 'FACILITATOR', 'FUNDER', 'EXPERT', 'CO_CREATOR', 'TESTER', 'BENEFICIARY')),
    "headcount" integer
);

create table "phase" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "name" jsonb not null,
    "stage" varchar(20) not null
        check ("stage" in ('DISCOVER', 'DEFINE', 'DEVELOP', 'TEST', 'DELIVER', 'SCALE')),
    "description" jsonb,
    "duration_value" numeric,
    "duration_unit" varchar(10)
        check ("duration_unit" in ('HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'))
);

create table "method_use" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "method" uuid not null references "concept" on delete restrict,
    "phase" uuid references "phase" on delete set null,
    "with_whom" jsonb,
    "facilitator" uuid references "organisation" on delete restrict,
    "note" jsonb,
    "duration_value" numeric,
    "duration_unit" varchar(10)
        check ("duration_unit" in ('HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'))
);

create table "finding" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "statement" jsonb not null
);

create table "challenge" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "finding" uuid references "finding" on delete set null,
    "statement" jsonb not null,
    "importance_for_citizen" smallint,
    "importance_for_organisation" smallint
);

create table "idea" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "challenge" uuid references "challenge" on delete set null,
    "title" jsonb not null,
    "description" jsonb,
    "value" smallint,
    "effort" smallint,
    "impact" smallint,
    "priority" smallint
);

create table "implementation_sheet" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "idea" uuid unique not null references "idea" on delete cascade,
    "goal" jsonb not null,
    "responsible" jsonb,
    "steps" jsonb not null default '[]',
    "cost" numeric,
    "currency" varchar(3),
    "start" jsonb not null default '[]',
    "end" jsonb not null default '[]'
);

create table "road_map_item" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "phase" jsonb not null,
    "sub_project" jsonb not null,
    "idea" uuid references "idea" on delete set null,
    "start" jsonb not null default '[]',
    "end" jsonb not null default '[]'
);

create table "principle" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "parent" uuid references "principle" on delete cascade,
    "level" varchar(10) not null
        check ("level" in ('VALUE', 'PRINCIPLE', 'GUIDELINE')),
    "statement" jsonb not null
);

create table "output" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "kind" varchar(20) not null
        check ("kind" in ('STRATEGY', 'PLAN', 'REPORT', 'VISION', 'VALUES', 'PRINCIPLES', 'IDEAS', 'ROAD_MAP', 'INSTRUMENT', 'SERVICE', 'TRAINING', 'TOOL', 'EVENT', 'OTHER')),
    "statement" jsonb not null,
    "status" varchar(20) not null
        check ("status" in ('PLANNED', 'STARTED', 'DELIVERED', 'NOT_REPORTED')),
    "quantity" integer,
    "unit" jsonb
);

create table "outcome" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "kind" varchar(20) not null
        check ("kind" in ('MEASURED', 'OBSERVED', 'NOT_YET_KNOWN', 'NOT_REPORTED', 'NO_EFFECT', 'NEGATIVE')),
    "indicator" jsonb not null,
    "value" numeric,
    "unit" varchar(10)
        check ("unit" in ('PERCENT', 'COUNT', 'HOURS', 'DAYS', 'EUR', 'SCORE')),
    "baseline" numeric,
    "denominator" integer,
    "respondents" integer,
    "period" text,
    "source" jsonb
);

create table "takeaway" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "kind" varchar(20) not null
        check ("kind" in ('LESSON', 'BARRIER', 'SUCCESS_CONDITION', 'RESOURCE_NEED')),
    "text" jsonb not null
);

create table "case_contact" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "case_version" on delete cascade,
    "name" text not null,
    "role" jsonb,
    "organisation" uuid references "organisation" on delete set null,
    "source" text not null
);

create table "test_round" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "case" uuid not null references "case" on delete cascade,
    "organisation" uuid not null references "organisation" on delete restrict,
    "number" integer not null,
    "status" varchar(20) not null default 'PLANNED'
        check ("status" in ('PLANNED', 'REGISTERED', 'RUNNING', 'ANALYSING', 'CONCLUDED', 'CANCELLED')),
    "revision" integer not null default 1,
    "problem" jsonb not null,
    "hypothesis" jsonb not null,
    "prototype_version" text,
    "window_start" date,
    "window_end" date,
    "lawful_basis" varchar(24)
        check ("lawful_basis" in ('CONSENT', 'CONTRACT', 'LEGAL_OBLIGATION', 'VITAL_INTERESTS', 'PUBLIC_TASK', 'LEGITIMATE_INTERESTS')),
    "retain_until" date,
    "records_people" boolean not null default false,
    "comparison_group" boolean not null default false,
    "registered_at" timestamptz,
    "started_at" timestamptz,
    "concluded_at" timestamptz,
    "decision" varchar(10)
        check ("decision" in ('ITERATE', 'SCALE', 'STOP', 'PIVOT')),
    "decision_reason" jsonb,
    "cancelled_reason" jsonb,
    "objectors" text[] not null default '{}',
    "is_example" boolean not null default false
);

create table "site" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "name" jsonb not null,
    "organisation" uuid references "organisation" on delete restrict,
    "nuts" varchar(5)
);

create table "criterion" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "statement" jsonb not null,
    "threshold" numeric,
    "unit" varchar(10)
        check ("unit" in ('PERCENT', 'COUNT', 'HOURS', 'DAYS', 'EUR', 'SCORE'))
);

create table "participant_group" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "site" uuid references "site" on delete cascade,
    "name" jsonb not null,
    "planned" integer not null,
    "actual" integer
);

create table "observation" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "site" uuid not null references "site" on delete cascade,
    "alias" varchar(60),
    "task" jsonb,
    "text" jsonb not null,
    "severity" smallint not null,
    "quote" jsonb,
    "recorded" boolean not null default false,
    "observed_at" timestamptz not null default now()
);

create table "round_finding" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "previous" uuid references "round_finding" on delete set null,
    "statement" jsonb not null,
    "state" varchar(12) not null
        check ("state" in ('NEW', 'REMAINS', 'FIXED', 'REGRESSED', 'WONT_FIX')),
    "action" jsonb
);

create table "finding_evidence" (
    "id" uuid primary key,
    "finding" uuid not null references "round_finding" on delete cascade,
    "observation" uuid not null references "observation" on delete cascade
);

create table "verdict" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "criterion" uuid not null references "criterion" on delete cascade,
    "site" uuid not null references "site" on delete cascade,
    "judgement" varchar(12) not null
        check ("judgement" in ('MET', 'PARTLY_MET', 'NOT_MET', 'NOT_TESTED')),
    "note" jsonb
);

create table "deviation" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "field" varchar(20) not null
        check ("field" in ('PROBLEM', 'HYPOTHESIS', 'PROTOTYPE_VERSION', 'CRITERIA', 'SITES', 'PARTICIPANTS', 'WINDOW')),
    "change" jsonb not null,
    "reason" jsonb not null,
    "at" timestamptz not null default now()
);

create table "consent" (
    "id" uuid primary key,
    "position" smallint not null,
    "test_round" uuid not null references "test_round" on delete cascade,
    "alias" varchar(60) not null,
    "purpose" text not null,
    "wording_version" varchar(40) not null,
    "covers_recording" boolean not null default false,
    "given_at" timestamptz not null default now(),
    "withdrawn_at" timestamptz,
    "retain_until" date not null default current_date
);

create table "practice" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "owner" uuid not null references "organisation" on delete restrict,
    "current_number" integer not null default 1,
    "revision" integer not null default 1
);

create table "practice_version" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "practice" uuid not null references "practice" on delete cascade,
    "number" integer not null,
    "status" varchar(20) not null default 'DRAFT'
        check ("status" in ('DRAFT', 'SUBMITTED', 'IN_REVIEW', 'CHANGES_REQUESTED', 'PUBLISHED', 'SUPERSEDED', 'ARCHIVED', 'WITHDRAWN')),
    "release_audience" text[] not null default '{}',
    "embargo_until" timestamptz,
    "title" jsonb not null,
    "summary" jsonb,
    "fits_when" jsonb,
    "does_not_fit_when" jsonb,
    "steps" jsonb not null default '[]',
    "resources" jsonb not null default '[]',
    "created_by" uuid references "person" on delete set null,
    "created_at" timestamptz not null default now(),
    "published_at" timestamptz,
    "review_note" text
);

create table "practice_concept" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "practice_version" on delete cascade,
    "concept" uuid not null references "concept" on delete restrict
);

create table "practice_source" (
    "id" uuid primary key,
    "position" smallint not null,
    "version" uuid not null references "practice_version" on delete cascade,
    "case" uuid references "case" on delete restrict,
    "test_round" uuid references "test_round" on delete restrict
);

create table "adoption" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "practice" uuid references "practice" on delete cascade,
    "case" uuid references "case" on delete cascade,
    "organisation" uuid not null references "organisation" on delete restrict,
    "mode" varchar(10) not null
        check ("mode" in ('COPIED', 'ADAPTED', 'INSPIRED')),
    "stage" varchar(20) not null default 'INTERESTED'
        check ("stage" in ('INTERESTED', 'PLANNED', 'IMPLEMENTED', 'VALUE_CONFIRMED', 'ABANDONED')),
    "changes" jsonb,
    "evidence" jsonb,
    "evidence_url" text,
    "abandoned_reason" jsonb,
    "narrowed_to" text[],
    "revision" integer not null default 1
);

create table "notification" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "person" uuid not null references "person" on delete cascade,
    "created_at" timestamptz not null default now(),
    "kind" varchar(24) not null
        check ("kind" in ('ADOPTION_RECORDED', 'ADOPTION_ADVANCED')),
    "cause" varchar(120) not null,
    "subject_type" varchar(30) not null,
    "subject_id" uuid not null,
    "read_at" timestamptz
);

create table "event" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "slug" varchar(120) unique not null,
    "organisation" uuid not null references "organisation" on delete restrict,
    "revision" integer not null default 1,
    "kind" varchar(12) not null
        check ("kind" in ('WORKSHOP', 'SEMINAR', 'CONGRESS')),
    "names" jsonb not null,
    "summary" jsonb,
    "starts_on" date not null default current_date,
    "ends_on" date not null default current_date,
    "place" text,
    "country" varchar(2),
    "host" uuid references "organisation" on delete restrict,
    "source_title" text,
    "source_publisher" text,
    "source_published_on" date,
    "source_url" text
);

create table "event_participant" (
    "id" uuid primary key,
    "position" smallint not null,
    "event" uuid not null references "event" on delete cascade,
    "country" varchar(2) not null,
    "organisation" uuid references "organisation" on delete restrict
);

create table "event_theme" (
    "id" uuid primary key,
    "position" smallint not null,
    "event" uuid not null references "event" on delete cascade,
    "statement" jsonb not null
);

create table "event_case" (
    "id" uuid primary key,
    "position" smallint not null,
    "event" uuid not null references "event" on delete cascade,
    "case" uuid not null references "case" on delete cascade
);

create table "artefact" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "case" uuid references "case" on delete cascade,
    "test_round" uuid references "test_round" on delete cascade,
    "practice" uuid references "practice" on delete cascade,
    "event" uuid references "event" on delete cascade,
    "organisation" uuid not null references "organisation" on delete restrict,
    "title" jsonb not null,
    "kind" varchar(12) not null
        check ("kind" in ('REPORT', 'PROTOTYPE', 'TEMPLATE', 'VIDEO', 'RECORDING', 'DATA', 'OTHER')),
    "licence" varchar(40),
    "narrowed_to" text[],
    "current_number" integer not null default 0,
    "revision" integer not null default 1
);

create table "artefact_version" (
    "id" uuid primary key,
    "artefact" uuid not null references "artefact" on delete cascade,
    "number" integer not null,
    "file_name" text not null,
    "media_type" varchar(120) not null,
    "size" bigint not null,
    "sha256" varchar(64) not null,
    "storage_key" varchar(120) unique not null,
    "state" varchar(10) not null default 'AWAITED'
        check ("state" in ('AWAITED', 'STORED', 'REFUSED')),
    "scan_state" varchar(12) not null default 'NOT_SCANNED'
        check ("scan_state" in ('NOT_SCANNED', 'CLEAN', 'INFECTED')),
    "text" text,
    "uploaded_by" uuid references "person" on delete set null,
    "created_at" timestamptz not null default now(),
    "stored_at" timestamptz
);

create table "review" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "created_at" timestamptz not null default now(),
    "updated_at" timestamptz not null default now(),
    "listed_at" timestamptz not null default now(),
    "case" uuid references "case" on delete cascade,
    "test_round" uuid references "test_round" on delete cascade,
    "practice" uuid references "practice" on delete cascade,
    "subject_version" integer not null,
    "reviewer" uuid references "person" on delete set null,
    "organisation" uuid not null references "organisation" on delete restrict,
    "requested_by" uuid not null references "organisation" on delete restrict,
    "status" varchar(12) not null default 'REQUESTED'
        check ("status" in ('REQUESTED', 'ACCEPTED', 'DECLINED', 'SUBMITTED')),
    "due_on" date not null,
    "is_guest" boolean not null default false,
    "conflict_of_interest" text,
    "declined_reason" text,
    "body" text,
    "language" varchar(12),
    "recommendation" varchar(24)
        check ("recommendation" in ('PUBLISH', 'PUBLISH_WITH_CHANGES', 'REWORK', 'DO_NOT_PUBLISH')),
    "submitted_at" timestamptz,
    "revision" integer not null default 1
);

create table "comment" (
    "id" uuid primary key,
    "audience" text[] not null default '{}',
    "case" uuid references "case" on delete cascade,
    "test_round" uuid references "test_round" on delete cascade,
    "practice" uuid references "practice" on delete cascade,
    "artefact" uuid references "artefact" on delete cascade,
    "subject_version" integer not null,
    "reply_to" uuid references "comment" on delete cascade,
    "author" uuid references "person" on delete set null,
    "organisation" uuid not null references "organisation" on delete restrict,
    "body" text not null,
    "language" varchar(12),
    "anchor_quote" text,
    "anchor_prefix" text,
    "anchor_suffix" text,
    "created_at" timestamptz not null default now(),
    "edited_at" timestamptz,
    "resolved_at" timestamptz,
    "resolved_by" uuid references "person" on delete set null,
    "deleted_at" timestamptz,
    "hidden_at" timestamptz,
    "revision" integer not null default 1
);

create table "log" (
    "id" bigserial primary key,
    "at" timestamptz not null default now(),
    "person" uuid,
    "organisation" uuid,
    "action" varchar(60) not null,
    "subject_type" varchar(30) not null,
    "subject_id" uuid not null,
    "detail" jsonb not null default '{}'
);
