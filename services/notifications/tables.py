"""Notifications."""

from piccolo.columns import UUID, Array, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Identified, Shareable
from services.notifications.terms import NotificationKind
from services.organisations.tables import Person


class Notification(Identified, Shareable, Table):
    """Something that one person is told of. Its audience is that person.

    What it is about goes by GraphQL type and id, as in the log: people may be told of anything. A sign-in for one
    organisation shows those alone that concern it.
    """

    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    created_at = Timestamptz(default=TimestamptzNow())
    kind = Varchar(length=24, choices=NotificationKind)
    cause = Varchar(length=120, help_text="Names what happened; nobody is told of one cause twice.")
    organisations = Array(base_column=UUID(), default=list, help_text="Those that it concerns.")
    subject_type = Varchar(length=30)
    subject_id = UUID(default=None)
    read_at = Timestamptz(null=True, default=None)
