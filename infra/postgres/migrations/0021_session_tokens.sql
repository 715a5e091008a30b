-- Where a token was made may be told to its holder: a session lists those that were made in it. Behind the wall, where
-- there is one. It may run at any time and again.
do $$
begin
    if to_regprocedure('app.guard(regclass, text)') is not null then
        grant select ("organisation") on "personal_token" to serra_reader;
    end if;
end
$$;
