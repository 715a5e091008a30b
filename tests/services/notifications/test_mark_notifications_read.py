"""markNotificationsRead, through GraphQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest_asyncio

from services.ids import new_id
from services.notifications.notifications import News, notify_organisation
from services.notifications.terms import NotificationKind
from tests.client import Client
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
INBOX = """{ viewer { unreadNotifications
    notifications(first: 5) { nodes { id readAt } }
    unread: notifications(first: 5, filter: {isRead: false}) { nodes { id } }
} }"""
VIEWER = "viewer { unreadNotifications }"


@pytest_asyncio.fixture(loop_scope="session")
async def told(as_: As, network: SmallNetwork) -> list[str]:
    """The ids of two notifications of Olen's editor, the latest first."""
    for _ in range(2):
        await notify_organisation(network.olen, News(NotificationKind.ADOPTION_RECORDED, "Adoption", new_id(), "1"))
    return [node["id"] for node in await inbox(as_(network.olen_editor))]


async def inbox(client: Client) -> list[dict[str, Any]]:
    """The notifications of somebody."""
    nodes: list[dict[str, Any]] = (await client.ask(INBOX))["viewer"]["notifications"]["nodes"]
    return nodes


async def test_one_is_marked(as_: As, network: SmallNetwork, told: list[str]) -> None:
    """What is named is read from then on, and the rest is not."""
    editor = as_(network.olen_editor)
    payload = await editor.do("markNotificationsRead", {"ids": told[:1]}, VIEWER)
    assert payload["viewer"] == {"unreadNotifications": 1}
    seen = (await editor.ask(INBOX))["viewer"]
    assert seen["unread"]["nodes"] == [{"id": told[1]}]
    read_at = seen["notifications"]["nodes"][0]["readAt"]
    assert datetime.fromisoformat(read_at).tzinfo is not None


async def test_all_are_marked(as_: As, network: SmallNetwork, told: list[str]) -> None:
    """Naming none marks all, of the viewer's own only."""
    await notify_organisation(network.pes, News(NotificationKind.ADOPTION_RECORDED, "Adoption", new_id(), "1"))
    payload = await as_(network.olen_editor).do("markNotificationsRead", {}, VIEWER)
    assert payload["viewer"] == {"unreadNotifications": 0}
    assert (await as_(network.pes_editor).ask(INBOX))["viewer"]["unreadNotifications"] == 1


async def test_an_empty_list_marks_none(as_: As, network: SmallNetwork, told: list[str]) -> None:
    """An empty list is not the same as no list."""
    payload = await as_(network.olen_editor).do("markNotificationsRead", {"ids": []}, VIEWER)
    assert payload["viewer"] == {"unreadNotifications": 2}


async def test_marking_again_keeps_the_time(as_: As, network: SmallNetwork, told: list[str]) -> None:
    """What was read before keeps the time at which it was."""
    editor = as_(network.olen_editor)
    await editor.do("markNotificationsRead", {"ids": told[:1]}, VIEWER)
    before = (await inbox(editor))[0]["readAt"]
    await editor.do("markNotificationsRead", {}, VIEWER)
    assert (await inbox(editor))[0]["readAt"] == before


async def test_anothers_is_like_none(as_: As, network: SmallNetwork, told: list[str]) -> None:
    """An unknown id, one of another kind and somebody else's are refused alike, and nothing is marked."""
    await notify_organisation(network.pes, News(NotificationKind.ADOPTION_RECORDED, "Adoption", new_id(), "1"))
    others = (await inbox(as_(network.pes_editor)))[0]["id"]
    editor = as_(network.olen_editor)
    for wrong in (others, "notification_" + "0" * 32, "case_1"):
        refused = await editor.refused("markNotificationsRead", {"ids": [told[0], wrong]})
        assert refused == [("NOT_FOUND", "ids.1")]
    assert (await editor.ask(INBOX))["viewer"]["unreadNotifications"] == 2
    assert (await as_(network.pes_editor).ask(INBOX))["viewer"]["unreadNotifications"] == 1


async def test_nobody_in_particular_is_asked_to_sign_in(as_: As, network: SmallNetwork) -> None:
    """Without a person there is no inbox."""
    document = "mutation { markNotificationsRead(input: {}) { userErrors { code } } }"
    assert (await as_(None).send(document)).status_code == 401
