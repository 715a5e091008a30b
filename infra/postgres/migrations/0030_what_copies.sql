-- What copies the labels of an organisation or a concept is found without looking through everything.
create index artefact_organisation on "artefact" ("organisation");
create index event_participant_organisation on "event_participant" ("organisation");
create index case_concept_concept on "case_concept" ("concept");
create index method_use_method on "method_use" ("method");
create index practice_concept_concept on "practice_concept" ("concept");
