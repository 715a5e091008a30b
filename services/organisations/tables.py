"""Organisations, the people in them, the networks they form, their labs, and personal tokens."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Numeric,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Dated, Identified, Ordered, Shareable
from services.durations import DurationUnit
from services.organisations.terms import GovernmentLevel, NetworkRole, OrganisationKind, Role


class Organisation(Identified, Dated, Table):
    """A body. Its profile is public."""

    slug = Varchar(length=120, unique=True)
    names = JSONB()
    description = JSONB(null=True, default=None)
    kind = Varchar(length=20, choices=OrganisationKind)
    level = Varchar(length=20, choices=GovernmentLevel)
    country = Varchar(length=2, help_text="ISO 3166-1 alpha-2.")
    nuts = Varchar(length=5, null=True, default=None)
    lau = Varchar(length=13, null=True, default=None)
    inhabitants = Integer(null=True, default=None)
    identifiers = JSONB(default="[]", help_text="A list of {scheme, value}.")
    website = Text(null=True, default=None)
    parent: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.set_null)
    is_sample = Boolean(default=False)
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")


class Person(Identified, Shareable, Table):
    """Somebody who signs in. Read by themselves, their organisations and those organisations' networks."""

    name = Text()
    email = Text(null=True, default=None)
    is_steward = Boolean(default=False, help_text="Runs this instance: registers organisations and vocabularies.")
    created_at = Timestamptz(default=TimestamptzNow())
    erased_at = Timestamptz(null=True, default=None)


class Membership(Identified, Table):
    """A person's role in an organisation."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    role = Varchar(length=20, choices=Role)
    since = Timestamptz(default=TimestamptzNow())


class Network(Identified, Dated, Shareable, Table):
    """A learning network of organisations."""

    slug = Varchar(length=120, unique=True)
    names = JSONB()
    description = JSONB(null=True, default=None)
    is_sample = Boolean(default=False)


class NetworkMember(Identified, Table):
    """An organisation in a network."""

    network = ForeignKey(Network, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    role = Varchar(length=20, choices=NetworkRole)
    since = Timestamptz(default=TimestamptzNow())


class Lab(Identified, Dated, Shareable, Table):
    """An innovation lab of an organisation."""

    slug = Varchar(length=120, unique=True)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    names = JSONB()
    founded = JSONB(default="[]", help_text="Claims of a date, see services.dates.")
    space = JSONB(null=True, default=None, help_text="The physical space, where there is one.")
    participants = JSONB(default="[]", help_text="Who meets there: a list of texts.")
    case = UUID(null=True, default=None, help_text="The case that tells of it; cases stand above this noun.")
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")


class LabFormat(Identified, Ordered, Table):
    """A format that a lab offers."""

    lab = ForeignKey(Lab, null=False, on_delete=OnDelete.cascade)
    name = JSONB()
    duration_value = Numeric(null=True, default=None)
    duration_unit = Varchar(length=10, choices=DurationUnit, null=True, default=None)


class KeyringEpoch(Table):
    """One row, whose number triggers raise with every change of keys, roles or tokens."""

    id = Integer(primary_key=True, default=1)
    number = BigInt(default=0)


class PersonalToken(Identified, Table):
    """A secret that signs requests as a person. Only its SHA-256 is kept."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    label = Text()
    secret_hash = Bytea(unique=True)
    scopes = Array(base_column=Varchar(length=10))
    organisation = ForeignKey(
        Organisation,
        null=True,
        default=None,
        on_delete=OnDelete.cascade,
        help_text="The one it speaks for, where it was made by somebody whom that organisation's provider signed in.",
    )
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    last_used_from = Text(null=True, default=None, help_text="An IPv4 address or an IPv6 network; for 90 days.")
    revoked_at = Timestamptz(null=True, default=None)


class IdempotencyKey(Identified, Table):
    """What a creating mutation made for a key, so that repeating it makes nothing twice."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    key = Text()
    action = Varchar(length=60)
    input_hash = Bytea()
    subject_id = UUID(default=None)
    created_at = Timestamptz(default=TimestamptzNow())
