"""publishCase, through GraphQL."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
CONTENT = {
    "title": [
        {"language": "nl", "text": "Waardevolle dienstverlening"},
        {"language": "en", "text": "Valuable services"},
    ],
    "summary": [{"language": "nl", "text": "Een visie op dienstverlening."}],
    "challenge": [{"language": "nl", "text": "Eén aanbod na de fusie."}],
    "participations": [{"organisation": "olen", "role": "OWNER"}],
    "lessons": [[{"language": "nl", "text": "Betrek alle partijen."}]],
    "outcomes": [{"kind": "NOT_REPORTED", "indicator": [{"language": "nl", "text": "Tevredenheid"}]}],
}


async def draft(client: Client, **changes: object) -> str:
    given = {
        "slug": "olen-vision",
        "kind": "CO_CREATION_PROJECT",
        "owner": "olen",
        "content": CONTENT,
        **changes,
    }
    payload = await client.do("draftCase", given, "case { id status }")
    assert payload["case"]["status"] == "DRAFT"
    case_id: str = payload["case"]["id"]
    return case_id


async def test_a_published_case_is_read_by_its_audience(as_: As, network: SmallNetwork) -> None:
    """A case published to everyone is found by somebody who has not signed in, and was not before."""
    editor = as_(network.olen_editor)
    case_id = await draft(editor, audience={"public": True})
    query = '{ case(slug: "olen-vision") { title { text language } status lessons { text { text } } } }'
    assert (await as_(None).ask(query))["case"] is None
    await editor.do("submitCase", {"id": case_id}, "case { status }")
    await editor.do("publishCase", {"id": case_id}, "case { status }")
    case = (await as_(None).speaking("en").ask(query))["case"]
    assert case == {
        "title": {"text": "Valuable services", "language": "en"},
        "status": "PUBLISHED",
        "lessons": [{"text": {"text": "Betrek alle partijen."}}],
    }
