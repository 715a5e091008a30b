"""The words this noun uses for proposals."""

from services.terms import Term


class ProposalKind(Term):
    """Which side proposed that an organisation joins a network; the other side answers."""

    INVITATION = "INVITATION", "A facilitator of the network asked the organisation."
    REQUEST = "REQUEST", "The organisation asked the network."


class ProposalState(Term):
    """How far a proposal is."""

    OPEN = "OPEN", "It waits for the other side's answer."
    ACCEPTED = "ACCEPTED", "The organisation has joined."
    DECLINED = "DECLINED", "The other side said no."
    WITHDRAWN = "WITHDRAWN", "The side that made it took it back."
