"""graphql-sse in its distinct connections mode."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin
from tests.infra.http.subscriptions.conftest import LIMITS
from tests.infra.http.subscriptions.talking import COMMENTS, streamed

As = Callable[[str | None], Client]
EVENTS = {"Accept": "text/event-stream"}
CASE = "subscription ($id: ID!) { caseChanged(id: $id) { slug } }"


async def test_events_come_one_by_one(as_: As, network: SmallNetwork, here: str) -> None:
    """Each comment is a `next` event with the result; between events there are signs of life."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with streamed(here, network.olen_editor, COMMENTS, id=case_id) as events:
        assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        await asyncio.sleep(3 * LIMITS.silence)
        await commented(as_(network.reviewer), case_id, "One\nand more")
        await commented(as_(network.reviewer), case_id, "Two")
        bodies = []
        for _ in range(2):
            name, result = await events.hear()
            bodies.append((name, result["data"]["commentAdded"]["body"]))
        assert bodies == [("next", "One\nand more"), ("next", "Two")]
        assert events.signs >= 3


async def test_leaving_a_network_completes_the_stream(as_: As, network: SmallNetwork, here: str) -> None:
    """The stream of who may no longer read says why and completes."""
    shared = {"networks": ["learning"]}
    case_id = await published_case(as_(network.pes_editor), owner="arbetsformedlingen", audience=shared)
    async with streamed(here, network.olen_reader, COMMENTS, id=case_id) as events:
        left = {"network": "learning", "organisation": "olen"}
        await as_(await olen_admin(network)).do("removeNetworkMember", left, "network { slug }")
        name, result = await events.hear()
        assert (name, result["errors"][0]["extensions"]["code"]) == ("next", "NOT_FOUND")
        assert await events.hear() == ("complete", None)


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ __typename }", {"__typename": "Query"}),
        ('{ nodes(ids: ["a", "b"]) { id } }', {"nodes": [None, None]}),
    ],
)
async def test_a_query_is_one_event(here: str, query: str, data: object) -> None:
    """A query gives one result and completes."""
    async with streamed(here, None, query) as events:
        name, result = await events.hear()
        assert (name, result["data"]) == ("next", data)
        assert await events.hear() == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { caseChanged(id: "case_x") { slug } }', "NOT_FOUND"),
    ],
)
async def test_errors_of_the_operation_are_events(here: str, query: str, code: str) -> None:
    """EventSource shows no other status than 200, so that what is wrong with an operation comes as an event."""
    async with streamed(here, None, query) as events:
        assert events.response.status_code == 200
        name, result = await events.hear()
        assert (name, result["errors"][0]["extensions"]["code"]) == ("next", code)
        assert await events.hear() == ("complete", None)


@pytest.mark.parametrize(
    ("method", "query", "headers", "status"),
    [
        ("GET", 'mutation { submitCase(input: {id: "x"}) { userErrors { code } } }', EVENTS, 405),
        ("GET", 'subscription { caseChanged(id: "x") { slug } }', {}, 406),
        ("GET", "{ __typename }", EVENTS | {"Authorization": "Bearer serra_nonsense"}, 401),
        ("GET", "", EVENTS, 400),
        ("PUT", "{ __typename }", EVENTS, 405),
    ],
)
async def test_requests_that_cannot_be_served(
    here: str, method: str, query: str, headers: dict[str, str], status: int
) -> None:
    """What is wrong with the request itself has its status, and a JSON body that says what."""
    async with httpx.AsyncClient() as client:
        response = await client.request(method, f"http://{here}/graphql", params={"query": query}, headers=headers)
    assert response.status_code == status
    assert response.json()["errors"]


async def test_who_also_takes_json_gets_events_for_subscriptions_alone(
    as_: As, network: SmallNetwork, here: str
) -> None:
    """Clients that name every media type get plain JSON for a query, and events for a subscription, by GET too."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    headers = {"Accept": "application/graphql-response+json, application/json, text/event-stream"}
    async with httpx.AsyncClient(headers=headers) as client:
        response = await client.post(f"http://{here}/graphql", json={"query": "{ __typename }"})
        assert response.json()["data"] == {"__typename": "Query"}
        params = {"query": CASE, "variables": f'{{"id": "{case_id}"}}'}
        async with client.stream("GET", f"http://{here}/graphql", params=params) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")


async def test_streams_of_one_viewer_are_limited(as_: As, network: SmallNetwork, here: str) -> None:
    """One more than the limit is refused with 429; who leaves makes room."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with (
        streamed(here, network.outsider, COMMENTS, id=case_id),
        streamed(here, network.outsider, COMMENTS, id=case_id),
    ):
        async with (
            streamed(here, network.outsider, COMMENTS, id=case_id),
            streamed(here, network.outsider, COMMENTS, id=case_id) as one_more,
        ):
            assert one_more.response.status_code == 429
        await asyncio.sleep(0.3)
        async with streamed(here, network.outsider, COMMENTS, id=case_id) as again:
            assert again.response.status_code == 200


async def test_a_token_that_may_not_read_follows_nothing(as_: As, network: SmallNetwork, here: str) -> None:
    """A subscription, and a query beside them, is refused in words; a mutation is not."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    blind = {"label": "writes", "scopes": ["WRITE", "REVIEW"], "expiresInDays": 1}
    secret = (await editor.do("issueToken", blind, "secret"))["secret"]
    for document in (COMMENTS, "{ __typename }"):
        body = {"query": document, "variables": {"id": case_id}}
        async with httpx.AsyncClient(
            base_url=f"http://{here}", headers={**EVENTS, "Authorization": f"Bearer {secret}"}
        ) as client:
            refused = await client.post("/graphql", json=body)
        assert "SCOPE_MISSING" in refused.text
    await commented(as_(secret), case_id, "Written without reading.")
