"""What a client may ask: nodes and cost of one request, and a budget that fills again with time."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

from infra.http.buckets import CLIENTS_REMEMBERED, Buckets
from infra.http.refusal import Refused
from infra.http.weighing import Weight

CHARACTERS_FREE = 500
CHARACTERS_FOR_ONE = 4
"""Characters of a document that cost 1 when it is read for the first time. Then it is remembered.

The first 500 take no longer to read than their request does otherwise: whoever tries things out pays for long ones.
"""
_LONGEST_ADDRESS = 64
_NETWORK_OF_IPV6 = 64
"""The bits of an IPv6 address that name a client's network; the rest it may choose itself."""


class Admitted(NamedTuple):
    """What a request that may run was weighed at, and what is left of its client's budget."""

    nodes: int
    cost: int
    left: int


@dataclass(slots=True)
class Limits:
    """The limits: `most_nodes` and `most_cost` hold for one request, `budgets` for what a client asks in time."""

    most_nodes: int
    most_cost: int
    budgets: Buckets

    def admit(self, weight: Weight, variables: Mapping[str, Any], client: Hashable, status: int) -> Admitted:
        """Take what a request costs from its client's budget.

        Raises Refused: with `status` for what is too much for one request, with 429 for what the budget lacks.
        """
        nodes, cost = weight.nodes.at(variables), weight.cost.at(variables)
        if nodes > self.most_nodes:
            raise Refused(
                status,
                "NODE_LIMIT",
                f"This asks for up to {nodes:,} nodes; at most {self.most_nodes:,} are answered at once."
                " Ask for shorter pages, or for the inner pages in requests of their own.",
            )
        if cost > self.most_cost:
            raise Refused(
                status,
                "COST_LIMIT",
                f"This costs {cost:,}; at most {self.most_cost:,} is answered at once."
                " Ask for shorter pages, for fewer lists within them, or without `totalCount`.",
            )
        return Admitted(nodes, cost, int(self._spend(client, cost)))

    def admit_document(self, text: str, client: Hashable) -> None:
        """Take what reading a document costs that is not remembered, valid or not. Raises Refused with 429."""
        self._spend(client, max(len(text) - CHARACTERS_FREE, 0) // CHARACTERS_FOR_ONE)

    def told(self, admitted: Admitted) -> dict[str, int]:
        """What an answer says of its cost: the same for the same request, so that the answer's bytes are too."""
        return {
            "requestedQueryCost": admitted.cost,
            "maximumAvailable": self.most_cost,
            "requestedNodes": admitted.nodes,
            "maximumNodes": self.most_nodes,
        }

    def headers(self, admitted: Admitted) -> dict[str, str]:
        """What is left of the budget now, and when it is full again (draft-ietf-httpapi-ratelimit-headers)."""
        full = self.budgets.until(admitted.left - self.budgets.most)
        return {"RateLimit": f'"cost";r={admitted.left};t={full}'}

    def _spend(self, client: Hashable, cost: int) -> float:
        left = self.budgets.take(client, cost)
        if left < 0:
            wait = self.budgets.until(left)
            raise Refused(
                429,
                "BUDGET_EXHAUSTED",
                f"This costs {cost:,}, and {int(cost + left):,} of your budget of {self.budgets.most:,} is left;"
                f" it grows by {self.budgets.per_second:,} a second. Ask again in {wait} s, or for less.",
                {"Retry-After": str(wait)},
            )
        return left


def address_of(peer: str | None, forwarded_for: str, proxies: int) -> str:
    """A client's address: the peer's, or what the outermost of our own proxies saw; of an IPv6 address its network.

    Each proxy adds at the end of X-Forwarded-For whom it was asked by; what stands before is the client's to invent.
    """
    if proxies and forwarded_for:
        hops = [hop.strip() for hop in forwarded_for.split(",")]
        peer = hops[-min(proxies, len(hops))][:_LONGEST_ADDRESS]
    return _network(peer) if peer and ":" in peer else peer or ""


@lru_cache(CLIENTS_REMEMBERED)
def _network(peer: str) -> str:
    """What stands for an address that is not of IPv4."""
    try:
        address = ip_address(peer.strip("[]"))
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, _NETWORK_OF_IPV6), strict=False))
    return peer
