"""Cases to test with, made through the public mutations."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.client import Client


def content(owner: str = "olen", **changes: Any) -> dict[str, Any]:
    """The least that can be published: a Dutch text with an English title."""
    return {
        "title": [
            {"language": "nl", "text": "Waardevolle dienstverlening"},
            {"language": "en", "text": "Valuable services"},
        ],
        "summary": [{"language": "nl", "text": "Een visie op dienstverlening."}],
        "challenge": [{"language": "nl", "text": "Eén aanbod na de fusie."}],
        "participations": [{"organisation": owner, "role": "OWNER"}],
        "lessons": [[{"language": "nl", "text": "Betrek alle partijen."}]],
        "outcomes": [{"kind": "NOT_REPORTED", "indicator": [{"language": "nl", "text": "Tevredenheid"}]}],
        **changes,
    }


async def drafted_case(client: Client, *, slug: str = "olen-vision", owner: str = "olen", **changes: Any) -> str:
    """Draft a case; gives its global id."""
    given = {
        "slug": slug,
        "kind": "CO_CREATION_PROJECT",
        "owner": owner,
        "content": content(owner),
        **changes,
    }
    payload = await client.do("draftCase", given, "case { id }")
    case_id: str = payload["case"]["id"]
    return case_id


async def the_case(client: Client, made: Callable[[Client], Awaitable[str]] = drafted_case) -> str:
    """The global id of olen-vision, made where it is not there yet: the examples of one test share a database."""
    held: dict[str, str] | None = (await client.ask('{ case(slug: "olen-vision") { id } }'))["case"]
    return held["id"] if held else await made(client)


async def published_case(client: Client, **changes: Any) -> str:
    """Draft, submit and publish a case; gives its global id."""
    case_id = await drafted_case(client, **changes)
    await client.do("submitCase", {"id": case_id}, "case { id }")
    await client.do("publishCase", {"id": case_id}, "case { id }")
    return case_id
