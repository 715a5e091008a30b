-- A sign-in for one organisation shows the notifications alone that concern it.
alter table "notification" add column "organisations" uuid[] not null default '{}';

-- Of those from before, it is certain where somebody has only ever belonged to one organisation, and was told with it.
update "notification" set "organisations" = array[membership.organisation]
from "membership" where membership.person = notification.person and membership.since <= notification.created_at
    and notification.kind not in ('ACCESS_ANSWERED', 'ADMITTED', 'ORGANISATION_INVITATION')
    and not exists (
        select from membership other where other.person = membership.person and other.id <> membership.id
    )
    and not exists (
        select from log where log.subject_type = 'Person' and log.subject_id = membership.person
            and log.action in ('leave_organisation', 'remove_member', 'follow_claims')
            and log.organisation is distinct from membership.organisation
    );
