"""Invitations of people."""

from piccolo.columns import Bytea, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Identified
from services.organisations.tables import Organisation, Person
from services.organisations.terms import Role


class Invitation(Identified, Table):
    """A link that makes whoever follows it a member, once, or a question to a person who is here already.

    Of a link only the SHA-256 of its secret is kept. Only invitations that wait have a row: it goes when they are
    accepted, declined or taken back, and the address with it. When whoever made it is no ADMIN any more, by whatever, a
    trigger deletes it.
    """

    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    role = Varchar(length=20, choices=Role)
    email = Text(null=True, default=None, help_text="Whom it is for; null: for whoever holds the link.")
    person = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.cascade, help_text="Who is asked.")
    secret_hash = Bytea(unique=True, null=True, default=None, help_text="Of a link; null where a person is asked.")
    invited_by = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
