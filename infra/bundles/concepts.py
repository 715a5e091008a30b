"""Sends vocabularies: many concepts in one request, the wider ones first, and only those that say something new.

A concept is not an organisation's own account but a name that all share, so a newer definition replaces the older.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from infra.bundles.given import Path
from infra.bundles.order import by_depth
from infra.bundles.remote import Objection, Refused, Remote
from infra.bundles.sections import Thing
from infra.bundles.things import Ending
from services.text import clean

Name: TypeAlias = tuple[str, str]
Labels: TypeAlias = frozenset[tuple[str, tuple[str, ...]]]

_BATCH = 200
"""How many concepts one request takes."""
_KNOWN = """
query($scheme: String!, $after: String) {
  concepts(scheme: $scheme, first: 100, after: $after) {
    nodes { notation uri broader { notation } prefLabels { language text } altLabels { language text } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def send_concepts(remote: Remote, things: list[Thing]) -> list[tuple[Thing, Ending | Refused]]:
    """Add what is new and replace what is otherwise; gives what became of each."""
    known: dict[Name, Any] = {}
    for scheme in dict.fromkeys(thing.fields["scheme"] for thing in things):
        known |= await _known(remote, scheme)
    endings: list[tuple[Thing, Ending | Refused]] = []
    news: list[Thing] = []
    for level in by_depth(things, _name, _broader):
        for thing in level:
            if known.get(_name(thing)) == _said(thing.fields):
                endings.append((thing, Ending.THERE))
            else:
                news.append(thing)
    for first in range(0, len(news), _BATCH):
        for thing, refused in await _define(remote, news[first : first + _BATCH]):
            endings.append((thing, refused or (Ending.REPLACED if _name(thing) in known else Ending.MADE)))
    return endings


async def _define(remote: Remote, things: list[Thing]) -> list[tuple[Thing, Refused | None]]:
    """One request; should some be refused, another one without them."""
    try:
        await remote.change("defineConcepts", {"concepts": [thing.fields for thing in things]})
    except Refused as refused:
        objections = _by_place(refused)
        guilty = [(thing, Refused(*objections[place])) for place, thing in enumerate(things) if place in objections]
        if not guilty:
            return [(thing, refused if thing is things[0] else Refused()) for thing in things]
        innocent = [thing for place, thing in enumerate(things) if place not in objections]
        return [*guilty, *(await _define(remote, innocent) if innocent else [])]
    return [(thing, None) for thing in things]


def _by_place(refused: Refused) -> dict[int, list[Objection]]:
    """What is said of each concept of a request, by its place in it."""
    found: dict[int, list[Objection]] = {}
    for objection in refused.objections:
        match objection.path:
            case ("concepts", int() as place, *rest):
                inside: Path = tuple(rest)
                found.setdefault(place, []).append(Objection(inside, objection.message))
            case _:
                pass
    return found


async def _known(remote: Remote, scheme: str) -> dict[Name, Any]:
    """What Serra says of the concepts of a scheme."""
    found: dict[Name, Any] = {}
    after = None
    while True:
        page = (await remote.ask(_KNOWN, scheme=scheme, after=after))["concepts"]
        for one in page["nodes"]:
            broader = one["broader"] and one["broader"]["notation"]
            names = (_labels(one["prefLabels"]), _labels(one["altLabels"]))
            found[scheme, one["notation"]] = (one["uri"], broader, *names)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _said(fields: Mapping[str, Any]) -> Any:
    """What a bundle says of a concept, to be compared with what Serra says."""
    alternatives = [
        {"language": one["language"], "text": text} for one in fields.get("altLabels", ()) for text in one["texts"]
    ]
    return fields.get("uri"), fields.get("broader"), _labels(fields["prefLabel"]), _labels(alternatives)


def _labels(given: Iterable[Mapping[str, str]]) -> Labels:
    by_language: dict[str, list[str]] = {}
    for one in given:
        by_language.setdefault(one["language"], []).append(clean(one["text"]))
    return frozenset((language, tuple(texts)) for language, texts in by_language.items())


def _name(thing: Thing) -> Name:
    return thing.fields["scheme"], thing.fields["notation"]


def _broader(thing: Thing) -> Name | None:
    return (thing.fields["scheme"], thing.fields["broader"]) if "broader" in thing.fields else None
