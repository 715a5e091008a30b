"""Events to test with, made through the public mutations."""

from typing import Any

from tests.client import Client


def en(words: str) -> list[dict[str, str]]:
    """A text in English, as input."""
    return [{"language": "en", "text": words}]


def stockholm(**changes: Any) -> dict[str, Any]:
    """The input of createEvent for a workshop of two days with four countries."""
    return {
        "slug": "stockholm-2019",
        "kind": "WORKSHOP",
        "names": en("Creating services with customers"),
        "summary": en("Two days on how customers help to design services."),
        "start": "2019-09-25",
        "end": "2019-09-26",
        "place": "Stockholm",
        "country": "SE",
        "host": "arbetsformedlingen",
        "participants": [
            {"country": "SE", "organisation": "arbetsformedlingen"},
            {"country": "BE", "organisation": "olen"},
            {"country": "BE"},
            {"country": "FR"},
            {"country": "DK"},
        ],
        "themes": [en("Digitalisation"), en("An ageing workforce")],
        "sourceDocument": {"title": "News", "publisher": "A ministry", "publishedOn": "2020-01-30"},
        "audience": {"public": True},
        **changes,
    }


def edited(event_id: str, **changes: Any) -> dict[str, Any]:
    """The input of editEvent with the same record, less its audience."""
    given = {"id": event_id, **stockholm(**changes)}
    return {name: value for name, value in given.items() if name != "slug" and (name != "audience" or name in changes)}


async def recorded(client: Client, **changes: Any) -> str:
    """Record an event; gives its global id."""
    event_id: str = (await client.do("createEvent", stockholm(**changes), "event { id }"))["event"]["id"]
    return event_id
