-- How far words reached when they left. Of those that left until now it is not known: null, they reach as far as now.
alter table "withdrawn_words" add column if not exists "edits_case" boolean;
