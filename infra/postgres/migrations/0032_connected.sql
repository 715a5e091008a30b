-- People are told of one more thing, beside whatever they are told of by now.
do $$
declare
    known text;
begin
    select pg_get_expr(conbin, conrelid) into strict known from pg_constraint
    where conrelid = 'notification'::regclass and conname = 'notification_kind_check';
    alter table "notification" drop constraint notification_kind_check;
    execute format(
        'alter table "notification" add constraint notification_kind_check check (%s or "kind" = %L)',
        known, 'PROVIDER_CONNECTED'
    );
end
$$;
