"""The page that the link of an invitation leads to."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin
from tests.infra.http.conftest import Serve

As = Callable[[str | None], Client]


async def test_a_link_leads_to_a_page_that_accepts(as_: As, network: SmallNetwork, serve: Serve) -> None:
    """What the page sends, with the secret of the link and as somebody new, is accepted; also in trusted mode."""
    given = {"organisation": "olen", "role": "EDITOR"}
    link: str = (await as_(await olen_admin(network)).do("inviteMember", given, "link"))["link"]
    parts = urlsplit(link)
    http = serve(trusted_documents_only=True)
    page = await http.get(parts.path)
    assert page.headers["content-type"].startswith("text/html")
    shown = re.search(r'name="preview" content="(sha256:[0-9a-f]{64})"', page.text)
    assert shown
    asked = {"documentId": shown[1], "variables": {"secret": parts.fragment}}
    preview = (await http.post("/graphql", json=asked)).json()["data"]["invitationPreview"]
    assert preview == {"role": "EDITOR", "organisation": {"name": {"text": "Olen"}}}
    document = re.search(r'name="document" content="(sha256:[0-9a-f]{64})"', page.text)
    assert document
    accepted = {"input": {"secret": parts.fragment, "name": "Ann"}}
    answer = (await http.post("/graphql", json={"documentId": document[1], "variables": accepted})).json()
    payload = answer["data"]["acceptInvitation"]
    assert payload["membership"]["organisation"] == {"name": {"text": "Olen"}}
    assert payload["tokenSecret"].startswith("serra_")


async def test_the_page_hands_nothing_on(serve: Serve) -> None:
    """It loads only what is served here, sends no address along, is kept nowhere and shown in no frame."""
    http = serve(environment="production")
    page = await http.get("/invitation")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    for address in loaded:
        assert address == "data:," or (await http.get(f"/{address}")).status_code == 200
    assert "{" not in page.text
