-- A job is no longer announced by its own transaction: PostgreSQL commits transactions that announce something one after
-- the other. Who committed rings for it (infra/postgres/bell.py); a worker that is not rung for looks by itself.

drop trigger if exists tg_pgqueuer_changed on pgqueuer;
drop function if exists fn_pgqueuer_changed();
