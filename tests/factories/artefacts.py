"""Files to test with, announced through the public mutations and sent to the file store over HTTP."""

import hashlib
from typing import Any

import httpx

from tests.client import Client

REPORT = b"%PDF-1.7\nWhat the third round told us.\n"
UPLOAD = (
    "artefact { id revision currentVersion { number } } version { id number state }"
    " upload { method url headers { name value } expiresInSeconds }"
)
FINISHED = "artefact { id currentVersion { number } } version { number state downloadUrl }"


def announced(content: bytes = REPORT, **changes: Any) -> dict[str, Any]:
    """The input of startUpload for these bytes, less what they belong to."""
    return {
        "fileName": "round 3.pdf",
        "mediaType": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "kind": "REPORT",
        "title": [{"language": "en", "text": "What the third round told us"}],
        **changes,
    }


def next_version(content: bytes, **changes: Any) -> dict[str, Any]:
    """The input of startUpload for the next version of a file."""
    given = announced(content, **changes)
    return {name: value for name, value in given.items() if name not in {"kind", "title"}}


async def send(upload: dict[str, Any], content: bytes = REPORT) -> int:
    """Send bytes to an upload's link as any program would; gives the status."""
    headers = {header["name"]: header["value"] for header in upload["headers"]}
    async with httpx.AsyncClient(trust_env=False) as browser:
        response = await browser.request(upload["method"], upload["url"], headers=headers, content=content)
    return response.status_code


async def fetch(url: str) -> httpx.Response:
    """What a link serves."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.get(url)


async def sent_file(client: Client, content: bytes = REPORT, **changes: Any) -> dict[str, Any]:
    """An upload that has been announced and sent, and not been finished; its payload."""
    payload = await client.do("startUpload", announced(content, **changes), UPLOAD)
    assert await send(payload["upload"], content) == httpx.codes.OK
    return payload


async def stored_file(client: Client, content: bytes = REPORT, **changes: Any) -> str:
    """A file with one verified version; its global id."""
    payload = await sent_file(client, content, **changes)
    artefact_id: str = payload["artefact"]["id"]
    await client.do("finishUpload", {"artefact": artefact_id}, "artefact { id }")
    return artefact_id
