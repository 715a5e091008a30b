"""Sends one thing of a section. What is there already is left as it is; what was begun is finished."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from infra.bundles.given import Path
from infra.bundles.remote import Objection, Refused, Remote
from infra.bundles.sections import CONTENT, Thing


class Ending(Enum):
    """What became of a thing; its value is what people are told."""

    MADE = "made"
    REPLACED = "replaced"
    THERE = "already there"
    FINISHED = "begun before, finished now"


_MADE_BY = {
    "organisations": ("registerOrganisation", "query($slug: String!) { organisation(slug: $slug) { id } }"),
    "networks": ("createNetwork", "query($slug: String!) { network(slug: $slug) { id } }"),
    "events": ("createEvent", "query($slug: String!) { event(slug: $slug) { id } }"),
}
_LABS = "query($slug: String!) { organisation(slug: $slug) { labs(first: 100) { nodes { slug } } } }"


async def send_plain(remote: Remote, thing: Thing) -> Ending:
    """Something that is made in one step and has an address: an organisation, a network, an event."""
    mutation, look_up = _MADE_BY[thing.section]
    found = await remote.ask(look_up, slug=thing.name)
    if any(found.values()):
        return Ending.THERE
    await remote.change(mutation, thing.fields)
    return Ending.MADE


async def send_lab(remote: Remote, thing: Thing) -> Ending:
    """A lab. It has no address of its own, so it is looked for at its organisation."""
    found = (await remote.ask(_LABS, slug=thing.fields["organisation"]))["organisation"]
    if found and any(lab["slug"] == thing.name for lab in found["labs"]["nodes"]):
        return Ending.THERE
    await remote.change("createLab", thing.fields)
    return Ending.MADE


async def send_publication(remote: Remote, thing: Thing, fields: Mapping[str, Any] | None = None) -> Ending:
    """A case or a practice: drafted, handed in and published. Without an audience it stays a draft.

    `fields` are what is sent where that is more than the bundle says.
    """
    noun = {"cases": "case", "practices": "practice"}[thing.section]
    kind = noun.capitalize()
    look_up = f"query($slug: String!) {{ {noun}(slug: $slug) {{ id status }} }}"
    found = (await remote.ask(look_up, slug=thing.name))[noun]
    ending = Ending.FINISHED if found else Ending.MADE
    at = _in_content(thing)
    if not found:
        drafted = await remote.change(f"draft{kind}", fields or thing.fields, f"{noun} {{ id status }}", at)
        found = drafted[noun]
    if "audience" not in thing.fields or found["status"] not in {"DRAFT", "SUBMITTED", "IN_REVIEW"}:
        return ending if ending is Ending.MADE else Ending.THERE
    if found["status"] == "DRAFT":
        await remote.change(f"submit{kind}", {"id": found["id"]}, at=at)
    await remote.change(f"publish{kind}", {"id": found["id"]}, at=at)
    return ending


def with_rounds(thing: Thing, rounds: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    """A practice's fields with the global ids of its rounds, which the bundle names by their index in its file."""
    content = dict(thing.fields["content"])
    sources = [dict(source) for source in content.get("sources", ())]
    for place, source in enumerate(sources):
        if "testRound" in source:
            index = source["testRound"]
            if (thing.file, index) not in rounds:
                where: Path = ("content", "sources", place, "testRound")
                raise Refused(Objection(where, f"«testRounds» of this file has no entry {index} that was imported."))
            source["testRound"] = rounds[thing.file, index]
    return {**thing.fields, "content": {**content, "sources": sources}}


def _in_content(thing: Thing) -> Callable[[Path], Path]:
    """A refusal names a field of the content by itself; in the bundle it stands under `content`."""
    known = CONTENT[thing.section]

    def at(path: Path) -> Path:
        return ("content", *path) if path and path[0] in known else path

    return at
