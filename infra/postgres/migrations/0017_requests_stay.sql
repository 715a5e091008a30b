-- What somebody asked for is theirs to see, whatever becomes of the case. Taking the lock on both tables is all that takes
-- time; it may run again.

alter table "access_request"
    drop constraint if exists "access_request_case_fkey",
    add constraint "access_request_case_fkey" foreign key ("case") references "case" on delete set null not valid;
alter table "access_request" validate constraint "access_request_case_fkey";
