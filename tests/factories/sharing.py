"""People and organisations that are let into cases, to test with, through the public mutations."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.client import Client
from tests.factories.comments import person_id

SOON = (datetime.now(UTC) + timedelta(days=14)).isoformat()
ADMITTED = "admission { id case { id } person { id } name organisation { slug } until isCurrent }"
REQUEST = "accessRequest { id asked message name organisation { slug } case { id } isOpen answer reason }"


async def guest_invited(editor: Client, case_id: str, name: str = "Reviewer", until: str = SOON) -> str:
    """Let a person, by name, into a case; gives the admission's global id."""
    given = {"case": case_id, "person": await person_id(name), "until": until}
    admission_id: str = (await editor.do("inviteGuest", given, ADMITTED))["admission"]["id"]
    return admission_id


async def admitted(editor: Client, case_id: str, slug: str = "outside-agency", until: str = SOON) -> str:
    """Let an organisation into a case; gives the admission's global id."""
    given = {"case": case_id, "organisation": slug, "until": until}
    admission_id: str = (await editor.do("admitOrganisation", given, ADMITTED))["admission"]["id"]
    return admission_id


async def asked(client: Client, case: str = "olen-vision", **given: Any) -> dict[str, Any]:
    """Ask for access; gives the request as the answer shows it."""
    payload = await client.do("requestAccess", {"case": case, "message": "We plan the same.", **given}, REQUEST)
    made: dict[str, Any] = payload["accessRequest"]
    return made
