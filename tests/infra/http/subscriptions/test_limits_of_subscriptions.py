"""What limits one answer limits subscriptions, too: cost, budget and trusted documents."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.http.trusted import document_id
from infra.parts import Parts
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.infra.http.conftest import Serve
from tests.infra.http.subscriptions.conftest import LIMITS, serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse

As = Callable[[str | None], Client]
EVENTS = {"Accept": "text/event-stream"}
REPLIES = "replies(first: 100) { nodes {"
WIDE = f'subscription {{ commentAdded(subject: "case_0") {{ {REPLIES} {REPLIES} id }} }} }} }} }} }}'


def code(response: httpx.Response) -> str:
    """The code of the only error."""
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    ("settings", "status", "expected"),
    [
        ({"node_limit": 100}, 400, "NODE_LIMIT"),
        ({"cost_limit": 1_000}, 400, "COST_LIMIT"),
        ({"trusted_documents_only": True}, 403, "TRUSTED_DOCUMENTS_ONLY"),
    ],
)
async def test_a_subscription_is_admitted_like_a_query(
    serve: Serve, settings: dict[str, object], status: int, expected: str
) -> None:
    """It is weighed when it begins."""
    http = serve(**settings)
    response = await http.post("/graphql", json={"query": WIDE}, headers=EVENTS)
    assert (response.status_code, code(response)) == (status, expected)


async def test_subscribing_is_paid_for(serve: Serve) -> None:
    """From the budget that queries are paid from, and at once."""
    http = serve(cost_limit=15_000, cost_budget=15_000, cost_budget_per_second=1)
    first = await http.post("/graphql", json={"query": WIDE}, headers=EVENTS)
    assert first.status_code == 200
    assert "NOT_FOUND" in first.text
    again = await http.post("/graphql", json={"query": WIDE}, headers=EVENTS)
    assert (again.status_code, code(again)) == (429, "BUDGET_EXHAUSTED")


async def test_over_websocket_too(parts: Parts) -> None:
    """The operation fails; the WebSocket stays."""
    async with serving(parts, LIMITS, node_limit=100) as address, converse(address) as conversation:
        await conversation.subscribe(WIDE)
        message = await conversation.hear()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "NODE_LIMIT"
        await conversation.subscribe("{ __typename }")
        assert await conversation.next() == {"__typename": "Query"}


async def test_a_registered_subscription_is_followed_by_its_id(
    as_: As, network: SmallNetwork, parts: Parts, tmp_path: Path
) -> None:
    """Where only trusted documents run, a registered one is told its events, and nothing else is run."""
    (tmp_path / "comments.graphql").write_text(COMMENTS, encoding="utf-8")
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    trusted = {"trusted_documents": tmp_path, "trusted_documents_only": True}
    async with serving(parts, LIMITS, **trusted) as address, converse(address) as conversation:
        await conversation.subscribe(COMMENTS, id=case_id)
        assert (await conversation.hear())["payload"][0]["extensions"]["code"] == "TRUSTED_DOCUMENTS_ONLY"
        asked = {"documentId": document_id(COMMENTS), "variables": {"id": case_id}}
        await conversation.say(type="subscribe", id="2", payload=asked)
        assert await conversation.hears_nothing()
        await commented(as_(network.reviewer), case_id, "Here")
        assert (await conversation.next("2"))["commentAdded"]["body"] == "Here"
