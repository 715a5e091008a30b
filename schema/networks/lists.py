"""How lists of proposals may be sorted and narrowed."""

from typing import Any

import strawberry

from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.networks.terms import ProposalKind, ProposalState
from services.networks.tables import NetworkProposal as Row

_ORDERS = {"NEWEST": Order("{network_proposal}.created_at", "timestamptz", descending=True)}


@strawberry.input(description="Which proposals; all conditions must hold.")
class NetworkProposalFilter:
    """Conditions on proposals."""

    state: list[ProposalState] | None = strawberry.field(default=None, description="One of these states.")
    kind: list[ProposalKind] | None = strawberry.field(default=None, description="One of these kinds.")


_FILTERS = {
    "state": Filter("{network_proposal}.state = any({value}::text[])"),
    "kind": Filter("{network_proposal}.kind = any({value}::text[])"),
}


def proposals_of_network() -> Any:
    """A connection of the network's proposals."""
    return page(
        "Invitations and requests to join it, the newest first, of those that the viewer may read: all of them for"
        " those who guide it, and for the steward who made it while nobody does.",
        on=Row.network,
        orders=_ORDERS,
        filters=_FILTERS,
        filter_type=NetworkProposalFilter,
    )


def proposals_of_organisation() -> Any:
    """A connection of the organisation's proposals."""
    return page(
        "Its invitations and requests to join networks, the newest first, of those that the viewer may read: all of"
        " them for its own people.",
        on=Row.organisation,
        orders=_ORDERS,
        filters=_FILTERS,
        filter_type=NetworkProposalFilter,
    )
