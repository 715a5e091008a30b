"""Nodes, cost and budgets: what is refused before it runs, and what is told of what runs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from infra.http.asker import address, note_address
from infra.http.buckets import Buckets
from infra.http.limits import Limits, address_of
from infra.http.refusal import Refused
from infra.http.weighing import Sum, Weight
from services.recent import Recent
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.infra.http.conftest import Serve

PAGES = """query($n: Int!) { cases(first: $n) { nodes { testRounds(first: $n) { nodes { comments(first: $n) {
    nodes { body } } } } } } }"""
CHEAP = "{ __typename }"


async def test_nodes_are_limited(serve: Serve) -> None:
    """Pages within pages may hold so many nodes; more are refused, by the variables of the request."""
    client = Client(serve())
    assert (await client.send(PAGES, n=30)).status_code == 200
    refused = await client.send(PAGES, n=100)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "NODE_LIMIT"
    assert "up to 1,010,100 nodes; at most 50,000" in error["message"]
    assert "data" not in refused.json()


async def test_cost_is_limited(serve: Serve) -> None:
    """What has few nodes can cost much all the same, and is refused."""
    client = Client(serve(cost_limit=1_000))
    query = "query($n: Int!) { cases(first: $n) { nodes { testRounds(first: 1) { totalCount } } } }"
    assert (await client.send(query, n=5)).status_code == 200
    refused = await client.send(query, n=20)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "COST_LIMIT"
    assert "This costs 2,062; at most 1,000" in error["message"]
    assert "`totalCount`" in error["message"]


async def test_a_budget_is_spent_and_grows_again(serve: Serve) -> None:
    """Who has spent their budget waits as long as they are told, and is answered then."""
    client = Client(serve(cost_limit=1_000, cost_budget=1_050, cost_budget_per_second=1_000))
    introspection = "{ __schema { queryType { name } } }"
    assert (await client.send(introspection)).json()["errors"][0]["extensions"]["code"] == "COST_LIMIT"
    costly = "{ cases(first: 99) { nodes { testRounds(first: 8) { nodes { number } } } } }"
    first = await client.send(costly)
    assert (first.status_code, first.json()["extensions"]["cost"]["requestedQueryCost"]) == (200, 992)
    refused = await client.send(costly)
    assert refused.status_code == 429
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "BUDGET_EXHAUSTED"
    assert "your budget of 1,050" in error["message"]
    assert "Ask again in 1 s" in error["message"]
    assert refused.headers["retry-after"] == "1"
    await asyncio.sleep(1)
    assert (await client.send(costly)).status_code == 200


async def test_each_client_has_a_budget_of_their_own(network: SmallNetwork, serve: Serve) -> None:
    """A person takes their budget along; those who are anonymous share that of their address."""
    http = serve(cost_limit=1_000, cost_budget=1_000, cost_budget_per_second=1)
    half = "{ cases(first: 99) { nodes { testRounds(first: 5) { nodes { number } } } } }"
    for token, statuses in ((None, [200, 429]), (network.olen_editor, [200, 429]), (network.outsider, [200, 429])):
        assert [(await Client(http, token).send(half)).status_code for _ in statuses] == statuses


async def test_the_cost_is_told(serve: Serve) -> None:
    """Each answer says what it cost and what it might have; the header says what is left of the budget."""
    client = Client(serve(cost_budget_per_second=1))
    query = "{ cases(first: 50) { nodes { slug } } }"
    first, response = await client.send(query), await client.send(query)
    assert first.headers["ratelimit"] == f'"cost";r={200_000 - 52};t=52'
    assert response.json()["extensions"]["cost"] == {
        "requestedQueryCost": 52,
        "maximumAvailable": 100_000,
        "requestedNodes": 50,
        "maximumNodes": 50_000,
    }
    assert response.headers["ratelimit"] == f'"cost";r={200_000 - 2 * 52};t=104'


@pytest.mark.parametrize(
    ("unread", "status"),
    [
        ('{ case(slug: "a-new-one") { slug } }', 200),
        ("{ cases { there_is_no_such_field } }", 400),
        ("query A { __typename } query B { __typename }", 400),
        ("{ this is not a document", 400),
    ],
)
async def test_a_new_document_is_paid_for(serve: Serve, unread: str, status: int) -> None:
    """Reading one costs, also when it is not valid or none of its operations is named; a known one costs nothing."""
    client = Client(serve(cost_limit=1_000, cost_budget=1_000, cost_budget_per_second=1))
    texts = [unread.ljust(2_900 - more) for more in range(3)]
    assert [(await client.send(text)).status_code for text in texts] == [status, 429, 429]
    known = "{ __typename }".ljust(2_300)
    rereading = Client(serve(cost_limit=1_000, cost_budget=1_000, cost_budget_per_second=1))
    assert [(await rereading.send(known)).status_code for _ in range(3)] == [200, 200, 200]


async def test_with_plain_json_a_limit_is_an_error_of_graphql(serve: Serve) -> None:
    """Clients of the older media type get status 200 for a query that is too costly, as the draft has it; 429 stays."""
    http = serve(cost_limit=1_000, cost_budget=1_100, cost_budget_per_second=1)
    body = {"query": PAGES, "variables": {"n": 100}}
    assert (await http.post("/graphql", json=body, headers={"Accept": "application/json"})).status_code == 200
    body = {"query": "{ cases(first: 98) { nodes { testRounds(first: 8) { nodes { number } } } } }"}
    answers = [await http.post("/graphql", json=body, headers={"Accept": "application/json"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_no_more_clients_are_remembered_than_there_is_room() -> None:
    """Addresses without end do not fill the memory; those who asked last are known."""
    limits = Limits(10, 10, Buckets(10, 1, Recent(3)))
    for client in "abcad":
        limits.admit(Weight(Sum(0), Sum(4)), {}, client, 400)
    assert list(limits.budgets.taken_from) == ["c", "a", "d"]
    with pytest.raises(Refused):
        limits.admit(Weight(Sum(0), Sum(4)), {}, "a", 400)


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "proxies", "expected"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", 0, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.7, 198.51.100.9", 1, "198.51.100.9"),
        ("10.0.0.1", "203.0.113.7, 198.51.100.9, 10.0.0.2", 2, "198.51.100.9"),
        ("10.0.0.1", "198.51.100.9", 2, "198.51.100.9"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        (None, "", 0, ""),
        ("no:address", "", 0, "no:address"),
        ("10.0.0.1", "x" * 9_999, 1, "x" * 64),
    ],
)
def test_the_address_of_a_client(peer: str | None, forwarded_for: str, proxies: int, expected: str) -> None:
    """What our own proxies saw is believed, and nothing that the client wrote before them."""
    assert address_of(peer, forwarded_for, proxies) == expected


def test_each_line_of_hops_is_looked_at() -> None:
    """A proxy may add a line of its own below the client's: what it saw counts, not what the client wrote above."""
    lines = [(b"x-forwarded-for", b"203.0.113.7"), (b"host", b"serra"), (b"x-forwarded-for", b"198.51.100.9")]
    scope: Any = {"client": ("10.0.0.1", 1), "headers": lines}
    for proxies, expected in ((0, "10.0.0.1"), (1, "198.51.100.9"), (2, "203.0.113.7")):
        note_address(scope, proxies)
        assert address.get() == expected


def test_an_ipv6_network_is_one_client() -> None:
    """Who has a network of addresses has one budget."""
    of: Callable[[str], str] = lambda address: address_of(address, "", 0)  # noqa: E731 - three uses in one line
    assert of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9") != of("2001:db8:1:3::1")
    assert of("2001:db8:1:2::1") == "2001:db8:1:2::/64"


async def test_what_is_refused_costs_nothing(serve: Serve) -> None:
    """A request that is too much for the budget leaves it as it was, for one that is not."""
    client = Client(serve(cost_limit=1_000, cost_budget=1_000, cost_budget_per_second=1))
    half = "{ cases(first: 99) { nodes { testRounds(first: 5) { nodes { number } } } } }"
    assert [(await client.send(query)).status_code for query in (half, half, half, CHEAP)] == [200, 429, 429, 200]
