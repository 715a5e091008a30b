"""Practices, and adoptions of them, to test with, made through the public mutations."""

from typing import Any

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.rounds import en

SLUG = "values-to-plan"
PUBLIC = {"public": True}


def practice_content(**changes: Any) -> dict[str, Any]:
    """The least that can be published, drawn from the case `olen-vision`: a Dutch text with an English title."""
    return {
        "title": [
            {"language": "nl", "text": "Van waarden naar een plan"},
            {"language": "en", "text": "From values to a plan"},
        ],
        "summary": [{"language": "nl", "text": "Leg eerst de waarden vast."}],
        "fitsWhen": [{"language": "nl", "text": "Na een fusie."}],
        "doesNotFitWhen": [{"language": "nl", "text": "Voor één enkele dienst."}],
        "steps": [[{"language": "nl", "text": "Kies samen enkele waarden."}]],
        "sources": [{"case": "olen-vision"}],
        **changes,
    }


async def drafted_practice(
    client: Client, *, slug: str = SLUG, owner: str = "olen", content: dict[str, Any] | None = None, **changes: Any
) -> str:
    """Draft a practice; gives its global id."""
    given = {"slug": slug, "owner": owner, "content": content or practice_content(), **changes}
    practice_id: str = (await client.do("draftPractice", given, "practice { id }"))["practice"]["id"]
    return practice_id


async def published_practice(client: Client, **changes: Any) -> str:
    """Draft, submit and publish a practice; gives its global id."""
    practice_id = await drafted_practice(client, **changes)
    await client.do("submitPractice", {"id": practice_id}, "practice { id }")
    await client.do("publishPractice", {"id": practice_id}, "practice { id }")
    return practice_id


async def olen_practice(client: Client, **changes: Any) -> str:
    """A public practice of Olen, drawn from a public case of Olen; gives its global id."""
    await published_case(client, audience=PUBLIC)
    return await published_practice(client, **{"audience": PUBLIC, **changes})


async def adopted(client: Client, subject: str, organisation: str = "arbetsformedlingen", **given: Any) -> str:
    """Record an adoption; gives its global id."""
    asked = {"subject": subject, "organisation": organisation, "mode": "ADAPTED", **given}
    adoption_id: str = (await client.do("recordAdoption", asked, "adoption { id }"))["adoption"]["id"]
    return adoption_id


async def confirmed(client: Client, subject: str, organisation: str = "arbetsformedlingen", **given: Any) -> str:
    """An adoption whose value was confirmed; gives its global id."""
    adoption_id = await adopted(client, subject, organisation, stage="IMPLEMENTED", **given)
    await client.do(
        "advanceAdoption",
        {"id": adoption_id, "stage": "VALUE_CONFIRMED", "evidence": en("Waiting times fell by a third.")},
        "adoption { id }",
    )
    return adoption_id
