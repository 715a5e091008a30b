"""Proposals as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.compiler.declare import column, declare, one
from schema.compiler.sources import Rule
from schema.networks.terms import ProposalKind, ProposalState
from schema.organisations.terms import NetworkRole
from schema.organisations.types import Network, Organisation
from schema.shared import Node
from services.networks.tables import NetworkProposal as Row


@declare(Row, Rule.AUDIENCE)
@strawberry.type(
    description="That an organisation joins a network. Read by that organisation and by those that guide the network;"
    " while nobody does yet, by the steward who made it."
)
class NetworkProposal(Node):
    """A proposal."""

    network: Network | None = one(
        Row.network, "The network; null once the viewer may no longer read it, as after a declined invitation."
    )
    organisation: Organisation = one(Row.organisation, "The organisation.")
    kind: ProposalKind = column(Row.kind, "Which side made it; the other side answers.")
    role: NetworkRole = column(Row.role, "What the organisation is to be in the network.")
    state: ProposalState = column(Row.state, "How far it is.")
    created_at: datetime = column(Row.created_at, "When it was made.")
    closed_at: datetime | None = column(Row.closed_at, "When it was answered or taken back; null until then.")
