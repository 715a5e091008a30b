"""Organisations, networks, people and labs as GraphQL shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.audit.lists import log_of_organisation
from schema.cases.requests import requests_to_organisation
from schema.compiler.declare import (
    column,
    declare,
    declared,
    embedded,
    expression,
    inline,
    many,
    one,
    page,
    text,
    texts,
)
from schema.compiler.sources import One, Rule
from schema.inside import inside, inside_as
from schema.invitations.lists import invitations_of_organisation
from schema.networks.lists import proposals_of_network, proposals_of_organisation
from schema.organisations import lists
from schema.organisations.terms import GovernmentLevel, NetworkRole, OrganisationKind, Role
from schema.shared import Connection, DateClaim, Duration, LocalisedText, Node
from services.organisations import tables as t

if TYPE_CHECKING:
    from schema.audit.types import LogLine
    from schema.cases.admissions import AccessRequest
    from schema.cases.types import Case
    from schema.identity.types import IdentityProvider
    from schema.invitations.types import Invitation
    from schema.networks.types import NetworkProposal

_ITS_OWN = "{target}.organisation = {organisation}.id and "
_AMONG_THEM = _ITS_OWN + inside("{organisation}.id")
"""Who belongs to an organisation is for those who belong to it: its profile is everyone's, this is not."""
_BY_ITS_ADMINS = _ITS_OWN + inside_as("{organisation}.id", Role.ADMIN)


@declare(None, Rule.PART)
@strawberry.type(description="An identifier that a register gave to an organisation.")
class Identifier:
    """A scheme and a value."""

    scheme: str = expression("{value} ->> 'scheme'", "The register.")
    value: str = expression("{value} ->> 'value'", "The identifier.")


@declare(t.Organisation, Rule.OPEN)
@strawberry.type(description="A body. Everyone may read its profile.")
class Organisation(Node):
    """An organisation."""

    slug: str = column(t.Organisation.slug, "Its permanent name in addresses.")
    name: LocalisedText = text(t.Organisation.names, "Its name.")
    description: LocalisedText | None = text(t.Organisation.description, "What it does.")
    kind: OrganisationKind = column(t.Organisation.kind, "What sort of body it is.")
    level: GovernmentLevel = column(t.Organisation.level, "The tier of government it works at.")
    country: str = column(t.Organisation.country, "ISO 3166-1 alpha-2 code of its country.")
    nuts: str | None = column(t.Organisation.nuts, "NUTS code of its region.")
    lau: str | None = column(t.Organisation.lau, "LAU code, of a municipality.")
    inhabitants: int | None = column(t.Organisation.inhabitants, "How many people live there; null if not known.")
    identifiers: list[Identifier] = embedded(t.Organisation.identifiers, "Its numbers in registers.")
    website: str | None = column(t.Organisation.website, "Its website.")
    parent: "Organisation | None" = one(t.Organisation.parent, "The body it belongs to.")
    is_sample: bool = column(t.Organisation.is_sample, "Whether it was made up for demonstration.")
    revision: int = column(t.Organisation.revision, "Rises with every change; give it back as `expectedVersion`.")
    members: Connection["Membership"] = page(
        "Its people, by name. Read by its own people; empty for everyone else, who see the roles of those whose profile"
        " they may read.",
        on=_AMONG_THEM,
        orders=lists.MEMBERSHIP_ORDERS,
    )
    networks: Connection["NetworkMember"] = page(
        "The networks it is in, of those that the viewer may read.",
        on=t.NetworkMember.organisation,
        orders=lists.MEMBER_ORDERS,
    )
    network_proposals: Connection[Annotated["NetworkProposal", strawberry.lazy("schema.networks.types")]] = (
        proposals_of_organisation()
    )
    invitations: Connection[Annotated["Invitation", strawberry.lazy("schema.invitations.types")]] = (
        invitations_of_organisation()
    )
    access_requests: Connection[Annotated["AccessRequest", strawberry.lazy("schema.cases.admissions")]] = (
        requests_to_organisation()
    )
    labs: Connection["Lab"] = page("Its innovation labs.", on=t.Lab.organisation, orders=lists.LAB_ORDERS)
    audit_log: Connection[Annotated["LogLine", strawberry.lazy("schema.audit.types")]] = log_of_organisation()
    identity_provider: Annotated["IdentityProvider", strawberry.lazy("schema.identity.types")] | None = declared(
        One(_BY_ITS_ADMINS), "By whom its people are signed in. Read by its ADMINs; null for everyone else."
    )


@declare(t.Network, Rule.AUDIENCE)
@strawberry.type(
    description="A learning network of organisations. Its members may read it, those that it has invited until they"
    " answer, and everyone if it is public."
)
class Network(Node):
    """A network."""

    slug: str = column(t.Network.slug, "Its permanent name in addresses.")
    name: LocalisedText = text(t.Network.names, "Its name.")
    description: LocalisedText | None = text(t.Network.description, "What it is for.")
    is_public: bool = expression(
        "'public' = any({network}.audience)", "Whether everyone may read that it exists and who is in it."
    )
    is_sample: bool = column(t.Network.is_sample, "Whether it was made up for demonstration.")
    members: Connection["NetworkMember"] = page(
        "The organisations in it.", on=t.NetworkMember.network, orders=lists.MEMBER_ORDERS
    )
    proposals: Connection[Annotated["NetworkProposal", strawberry.lazy("schema.networks.types")]] = (
        proposals_of_network()
    )


@declare(t.NetworkMember, Rule.JOINED, joins={t.Network: '{network}.id = {network_member}."network"'})
@strawberry.type(description="An organisation in a network. Whoever may read the network may read it.")
class NetworkMember:
    """A membership of a network."""

    organisation: Organisation = one(t.NetworkMember.organisation, "The organisation.")
    network: Network = one(t.NetworkMember.network, "The network.")
    role: NetworkRole = column(t.NetworkMember.role, "What the organisation is in it.")
    since: datetime = column(t.NetworkMember.since, "When it joined.")


@declare(t.Person, Rule.AUDIENCE)
@strawberry.type(description="Somebody who signs in. Read by their organisations and those organisations' networks.")
class Person(Node):
    """A person."""

    name: str = column(t.Person.name, "Their name.")
    memberships: list["Membership"] = many(
        t.Membership.person, "Their roles, in whatever organisations.", order="{target}.since"
    )


@declare(t.Membership, Rule.JOINED, joins={t.Person: "{person}.id = {membership}.person"})
@strawberry.type(description="What a person may do for an organisation. Whoever may read the person may read it.")
class Membership:
    """A person's role in an organisation."""

    person: Person = one(t.Membership.person, "The person.")
    organisation: Organisation = one(t.Membership.organisation, "The organisation.")
    role: Role = column(t.Membership.role, "The role.")
    since: datetime = column(t.Membership.since, "When they joined.")


@declare(t.LabFormat, Rule.PART)
@strawberry.type(description="A format that a lab offers.")
class LabFormat:
    """A format."""

    name: LocalisedText = text(t.LabFormat.name, "Its name.")
    duration: Duration | None = inline("How long it takes.", present=t.LabFormat.duration_value)


@declare(t.Lab, Rule.AUDIENCE)
@strawberry.type(description="An innovation lab of an organisation. Read by its audience.")
class Lab(Node):
    """A lab."""

    slug: str = column(t.Lab.slug, "Its permanent name in addresses.")
    name: LocalisedText = text(t.Lab.names, "Its name.")
    organisation: Organisation = one(t.Lab.organisation, "Whose lab it is.")
    founded: list[DateClaim] = embedded(t.Lab.founded, "When it was founded; empty if not reported.")
    space: LocalisedText | None = text(t.Lab.space, "Its physical space, if it has one.")
    participants: list[LocalisedText] = texts(t.Lab.participants, "Who meets there.")
    formats: list[LabFormat] = many(t.LabFormat.lab, "What it offers.")
    case: Annotated["Case", strawberry.lazy("schema.cases.types")] | None = declared(
        One("{target}.id = {lab}.case"), "The case that tells of it, if the viewer may read it."
    )
    revision: int | None = expression(
        f"case when {inside('{lab}.organisation')} then {{lab}}.revision end",
        "Rises with every change, of the link to a case that not everybody reads too; give it back as"
        " `expectedVersion`. Null outside its organisation.",
    )
