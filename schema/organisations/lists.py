"""How lists of organisations, networks and labs may be sorted and narrowed."""

import strawberry

from schema.compiler.sources import Filter, Order
from schema.organisations.terms import GovernmentLevel, OrganisationKind
from schema.terms import show
from services.terms import Term


class OrganisationOrder(Term):
    """How organisations are sorted."""

    SLUG = "SLUG", "By slug."
    NEWEST = "NEWEST", "The newest first."


show(OrganisationOrder)

ORGANISATION_ORDERS = {
    "SLUG": Order("{organisation}.slug", "text"),
    "NEWEST": Order("{organisation}.listed_at", "timestamptz", descending=True),
}
NETWORK_ORDERS = {"NEWEST": Order("{network}.listed_at", "timestamptz", descending=True)}
LAB_ORDERS = {"NEWEST": Order("{lab}.listed_at", "timestamptz", descending=True)}
MEMBER_ORDERS = {"SINCE": Order("{network_member}.since", "timestamptz")}
MEMBERSHIP_ORDERS = {"NAME": Order("{person}.name", "text")}


@strawberry.input(description="Which organisations; all conditions must hold.")
class OrganisationFilter:
    """Conditions on organisations."""

    kind: list[OrganisationKind] | None = strawberry.field(default=None, description="One of these kinds.")
    level: list[GovernmentLevel] | None = strawberry.field(default=None, description="One of these tiers.")
    country: list[str] | None = strawberry.field(default=None, description="One of these countries (ISO 3166-1).")
    nuts: str | None = strawberry.field(default=None, description="In this region: a NUTS code or its beginning.")


ORGANISATION_FILTERS = {
    "kind": Filter("{organisation}.kind = any({value}::text[])"),
    "level": Filter("{organisation}.level = any({value}::text[])"),
    "country": Filter("{organisation}.country = any({value}::text[])"),
    "nuts": Filter("starts_with({organisation}.nuts, {value}::text)"),
}
