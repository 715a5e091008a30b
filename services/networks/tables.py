"""Proposals that an organisation joins a network."""

from piccolo.columns import ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Identified, Shareable
from services.networks.terms import ProposalKind, ProposalState
from services.organisations.tables import Network, Organisation
from services.organisations.terms import NetworkRole


class NetworkProposal(Identified, Shareable, Table):
    """That an organisation joins a network. Read by that organisation and by those that guide the network now.

    While nobody does, by the steward who made the network.
    Of one organisation and one network at most one is open.
    """

    network = ForeignKey(Network, null=False, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.cascade)
    kind = Varchar(length=20, choices=ProposalKind)
    role = Varchar(length=20, choices=NetworkRole)
    state = Varchar(length=20, choices=ProposalState, default=ProposalState.OPEN)
    created_at = Timestamptz(default=TimestamptzNow())
    closed_at = Timestamptz(null=True, default=None)
