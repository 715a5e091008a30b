"""Identity providers, whom they know, and who is signed in."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Identified
from services.identity.terms import IdentityKind
from services.organisations.tables import Organisation, Person
from services.organisations.terms import Role


class IdentityProvider(Identified, Table):
    """An organisation's OpenID Connect provider. Read by the organisation's ADMINs."""

    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade, unique=True)
    issuer = Text(help_text="Of those that have shown that it is theirs, one organisation only has it.")
    client_id = Text()
    client_secret = Text(null=True, default=None, help_text="Encrypted; null for a public client.")
    scopes = Array(base_column=Text(), help_text="What is asked for, such as openid profile email.")
    rules = JSONB(default="[]", help_text="A list of {claim, contains, role}; the first that fits decides.")
    default_role = Varchar(length=20, choices=Role, null=True, default=None)
    allows_machines = Boolean(default=False)
    is_enabled = Boolean(default=True)
    proven_at = Timestamptz(null=True, default=None, help_text="When somebody was first signed in by it.")
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class ExternalIdentity(Identified, Table):
    """Who somebody is to an organisation's provider: for that organisation, an issuer's subject is this person."""

    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    issuer = Text()
    subject = Text()
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    kind = Varchar(length=10, choices=IdentityKind)
    created_at = Timestamptz(default=TimestamptzNow())
    last_used_at = Timestamptz(null=True, default=None)
    removed_at = Timestamptz(
        null=True,
        default=None,
        help_text="When an ADMIN took them out, or a program or another's sign-in left; null once let in again.",
    )


class Session(Identified, Table):
    """A browser that is signed in, for one organisation. Only the SHA-256 of its secret is kept."""

    secret_hash = Bytea(unique=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    identity = UUID(default=None, help_text="The external identity that signed in.")
    created_at = Timestamptz(default=TimestamptzNow())
    last_used_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)


class SpentState(Table):
    """An answer of a provider that was used; the same answer is not taken twice."""

    hash = Bytea(primary_key=True)
    expires_at = Timestamptz()
