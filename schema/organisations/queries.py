"""Reads of organisations, networks and labs."""

import strawberry

from schema.compiler.declare import by_slug, declared, page
from schema.compiler.sources import One
from schema.organisations import lists
from schema.organisations.types import Lab, Network, Organisation
from schema.organisations.viewer import Viewer
from schema.shared import Connection


@strawberry.type
class OrganisationQueries:
    """The part of Query that is about organisations."""

    viewer: Viewer | None = declared(One("{target}.id = {viewer}::uuid"), "Who asks; null when nobody has signed in.")
    organisation: Organisation | None = by_slug("The organisation at an address.")
    organisations: Connection[Organisation] = page(
        "Organisations, by slug.",
        orders=lists.ORGANISATION_ORDERS,
        order_by=lists.OrganisationOrder,
        filters=lists.ORGANISATION_FILTERS,
        filter_type=lists.OrganisationFilter,
    )
    network: Network | None = by_slug("The network at an address.")
    networks: Connection[Network] = page("Networks, the newest first.", orders=lists.NETWORK_ORDERS)
    lab: Lab | None = by_slug("The innovation lab at an address.")
    labs: Connection[Lab] = page("Innovation labs, the newest first.", orders=lists.LAB_ORDERS)
