"""What everyone who follows something is told of what happens, beside what the model says that they are told.

That nobody was told anything else is known without waiting: after each event there is one more, the *fence*, that
everyone who may still read what they follow is told of, and what each was told before it stands before it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from services.ids import new_id
from tests.worlds.happenings import HAPPENINGS, Event, Scene, elsewhere
from tests.worlds.look import Disagreement, Place, Viewer, global_id, viewers
from tests.worlds.made import word
from tests.worlds.model import KINDS, Case, Comment, Round, Whole, World, reads_drafts, tokens
from tests.worlds.streams import Heard, Operation, event_streams, one_socket, until

PATIENCE = 5.0
"""Seconds that something may take to be told: more than the one that is promised, for machines that are busy."""
EVENTS = 3
_ENDED = ["NOT_FOUND"]
_SIGNED_OUT = ["UNAUTHENTICATED"]
_OVER = (_ENDED, _SIGNED_OUT)
_COMMENT = "id body replyTo { id body } subject { ... on Node { id } ... on Case { title { text } } }"
_CASE = "id revision title { text } versions { id title { text } } comments(first: 100) { nodes { id body } }"
_ROUND = "id problem { text } case { id title { text } } comments(first: 100) { nodes { id body } }"
FIELDS = {
    "commentAdded": f"subscription ($id: ID!) {{ commentAdded(subject: $id) {{ {_COMMENT} }} }}",
    "caseChanged": f"subscription ($id: ID!) {{ caseChanged(id: $id) {{ {_CASE} }} }}",
    "testRoundChanged": f"subscription ($id: ID!) {{ testRoundChanged(id: $id) {{ {_ROUND} }} }}",
}


@dataclass(slots=True, eq=False)
class Follower:
    """Somebody's subscription, what it was told, and how much of that was looked at: results, and that it was over."""

    viewer: Viewer
    field: str
    whole: Whole
    heard: Heard
    looked_at: int = 0
    is_over: bool = False


async def check_deliveries(world: World, place: Place, chance: Random) -> Counter[str]:
    """Raise Disagreement where somebody is told something else than the model; gives how often it was compared."""
    compared: Counter[str] = Counter()
    scene = Scene(world, place, chance)
    async with _followers(scene) as followers:
        for _ in range(EVENTS):
            await _compare(scene, followers, await _something(scene), compared)
            # A change is read before the next thing happens, for it was waited for; a comment may have been for others.
            await _compare(scene, followers, await _fence(scene, followers, ()), compared)
        await _compare(scene, followers, await _fence(scene, followers, (Case, Round)), compared)
    return compared


async def _something(scene: Scene) -> Event:
    for happening in scene.chance.sample(HAPPENINGS, len(HAPPENINGS)):
        if (event := await happening(scene)) is not None:
            return event
    raise LookupError("Nothing can happen here.")


async def _fence(scene: Scene, followers: Sequence[Follower], changing: tuple[type, ...]) -> Event:
    """A comment on each thing that is followed, for everyone who may read it, and a change of things of some types."""
    wholes = list({one.whole.id: one.whole for one in followers if not one.is_over}.values())
    author = scene.world.people[0]
    organisation = next(iter(scene.world.organisations))
    comments = [Comment(new_id(), word(), whole, author, organisation, frozenset({"public"}), None) for whole in wholes]
    touched = [one for one in wholes if isinstance(one, Case | Round) and isinstance(one, changing)]
    await elsewhere(scene, comments, touched)
    return Event("fence", comments, {one.id for one in touched})


# -- who follows what --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _followers(scene: Scene) -> AsyncIterator[list[Follower]]:
    """Everyone follows everything that they may read; in one world of four over WebSocket."""
    anything, made = asyncio.Event(), list[Follower]()
    protocol = scene.chance.choice(_PROTOCOLS)
    async with AsyncExitStack() as open_:
        for viewer in viewers(scene.world):
            wanted = _wanted(scene.world, viewer)
            operations: list[Operation] = [
                {"query": FIELDS[field], "variables": {"id": global_id(KINDS[type(whole)], whole.id)}}
                for field, whole in wanted
            ]
            heard = await open_.enter_async_context(protocol(scene.place.served, viewer.headers, operations, anything))
            made += [Follower(viewer, *one, told) for one, told in zip(wanted, heard, strict=True)]
        if protocol is event_streams:
            begun = await until(lambda: all(one.heard.begun for one in made), anything, PATIENCE)
        else:
            begun = await _begun(scene, made, anything)
        if not begun:
            raise Disagreement("delivery", "Some subscriptions did not begin.", "They all do.")
        yield made


async def _begun(scene: Scene, followers: Sequence[Follower], anything: asyncio.Event) -> bool:
    """Wait until everyone follows: a WebSocket does not say so, and is believed when it tells of a fence."""
    for patience in _FENCES_AT_FIRST:
        fence = await _fence(scene, followers, (Case, Round))
        meant = {one: _meant(scene.world, one, one.viewer.seen(scene.world), fence) for one in followers}

        def heard_it(meant: dict[Follower, list[Any]] = meant) -> bool:
            return all([_told(last) for last in one.heard.results[-1:]] == what for one, what in meant.items())

        if await until(heard_it, anything, patience):
            for one in followers:
                one.looked_at = len(one.heard.results)
            return True
    return False


_PROTOCOLS = (event_streams, event_streams, event_streams, one_socket)
_FENCES_AT_FIRST = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait for each, one after the other."""


def _wanted(world: World, viewer: Viewer) -> list[tuple[str, Whole]]:
    seen = viewer.seen(world)
    return [
        *(("commentAdded", one) for one in world.wholes if one.id in seen),
        *(("caseChanged", one) for one in world.cases if one.id in seen),
        *(("testRoundChanged", one) for one in world.rounds if one.id in seen),
    ]


# -- what they are told ------------------------------------------------------------------------------------------------


async def _compare(scene: Scene, followers: Sequence[Follower], event: Event, compared: Counter[str]) -> None:
    world = scene.world
    seen = {id(one.viewer): one.viewer.seen(world) for one in followers}
    meant = {one: _meant(world, one, seen[id(one.viewer)], event) for one in followers if not one.is_over}

    def all_told() -> bool:
        return all(
            one.heard.over if what in _OVER else len(one.heard.results) >= one.looked_at + len(what)
            for one, what in meant.items()
        )

    anything = followers[0].heard.anything if followers else asyncio.Event()
    await until(all_told, anything, PATIENCE)
    for one in followers:
        new = one.heard.results[one.looked_at :]
        one.looked_at = len(one.heard.results)
        told, said = [_told(result) for result in new], meant.get(one, [])
        was_over, one.is_over = one.is_over, one.is_over or said in _OVER
        compared[f"{event.name}: {_outcome(said, was_over)}"] += 1
        if told != said or one.heard.over != one.is_over:
            held = sorted(one.viewer.keys(world))
            named = f"after «{event.name}», to {held} by {one.field} of {KINDS[type(one.whole)]} {one.whole.id}"
            raise Disagreement("delivery", (named, told, one.heard.over), said)
        words = json.dumps(new).lower()
        hidden = [token for id_, token in tokens(world).items() if id_ not in seen[id(one.viewer)] and token in words]
        if hidden:
            raise Disagreement("delivery", hidden, [])


def _outcome(said: list[Any], was_over: bool) -> str:  # noqa: FBT001 - one of the two things that it is named by
    if said in _OVER:
        return "ended"
    return "told" if said else "over" if was_over else "not told"


def _meant(world: World, one: Follower, seen: set[UUID], event: Event) -> list[Any]:
    """What the model says that a follower is told of an event: the ids in each result, or that it is over."""
    if any(session.secret in one.viewer.headers.get("Cookie", "") for session in world.ended_sessions):
        return _SIGNED_OUT
    if one.whole.id not in seen:
        return _ENDED
    if one.field == "commentAdded":
        return [global_id("Comment", new.id) for new in event.comments if new.whole is one.whole and new.id in seen]
    drafts = isinstance(one.whole, Case) and reads_drafts(world, one.whole, one.viewer.keys(world))
    if one.whole.id not in event.changed and not (drafts and one.whole.id in event.drafted):
        return []
    comments = [global_id("Comment", said.id) for said in world.comments if said.whole is one.whole and said.id in seen]
    versions = one.whole.versions if isinstance(one.whole, Case) else ()
    return [(sorted(comments), [global_id("CaseVersion", part.id) for part in versions if part.id in seen], drafts)]


def _told(result: dict[str, Any]) -> Any:
    """The same of what was told."""
    if "errors" in result:
        return result["errors"][0]["extensions"]["code"]
    (shown,) = result["data"].values()
    if "body" in shown:
        return shown["id"]
    comments = sorted(one["id"] for one in shown["comments"]["nodes"])
    return comments, [one["id"] for one in shown.get("versions", ())], shown.get("revision") is not None
