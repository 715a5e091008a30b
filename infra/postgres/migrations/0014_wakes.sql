-- A line of the log is no longer announced by its own transaction: PostgreSQL commits transactions that announce
-- something one after the other. The server that has committed says so, and listeners read what is new from the log, by
-- the transactions that were not over when they read it last. It may run at any time and again.

drop trigger if exists log_is_announced on "log";
drop function if exists announce();

alter table "log" add column if not exists "transaction" xid8 not null default pg_current_xact_id();
create index if not exists log_transaction on "log" ("transaction");
