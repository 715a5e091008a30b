-- The cases by each key of their audiences, in the order of their lists: for whoever may read few of them. The rows
-- follow "case" by trigger, in the statement that changes it, whoever wrote it. See docs/decisions/019.
drop index "case_audience"; -- over "case"."audience": the rule's form, a CASE, cannot use one
create table "case_audience" (
    "key" text not null,
    "listed_at" timestamptz not null,
    "id" uuid not null,
    primary key ("key", "listed_at", "id")
);

create function case_audience_follows() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from case_audience where key = any(old.audience) and listed_at = old.listed_at and id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into case_audience (key, listed_at, id)
        select distinct key, new.listed_at, new.id from unnest(new.audience) key;
    end if;
    return null;
end
$$;

create trigger case_audience_follows after insert or delete on "case"
    for each row execute function case_audience_follows();
create trigger case_audience_follows_changes after update of "id", "audience", "listed_at" on "case"
    for each row when ((old."id", old."audience", old."listed_at") is distinct from (new."id", new."audience", new."listed_at"))
    execute function case_audience_follows();

insert into case_audience (key, listed_at, id)
select distinct key, listed_at, id from "case", unnest(audience) key;

-- Compiled reads see the places of the keys that they hold.
select app.guard('case_audience', 'array[{row}.key] && (select app.keyring())');
