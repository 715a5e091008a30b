"""Somebody's look at a world: who asks, and what the model lets them see."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from schema.compiler.ids import prefix
from services.ports import Ports
from tests.client import Client
from tests.worlds.model import Keys, Person, Session, World, keys, readable, tokens

Told = tuple[str, Any, Any]
"""The surface, what it said, and what the model says."""


class Disagreement(AssertionError):
    """A surface that says something else than the model."""

    def __init__(self, surface: str, told: object, meant: object) -> None:
        super().__init__(f"{surface}:\n  told  {told}\n  model {meant}")
        self.surface = surface


def global_id(kind: str, row_id: UUID) -> str:
    """The global id of a row."""
    return f"{prefix(kind)}{row_id.hex}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world is: the application, a client of it and one of all else, the tables' owner, what jobs work with."""

    served: Callable[[Any, Any, Any], Awaitable[None]]
    http: httpx.AsyncClient
    browser: httpx.AsyncClient
    owner: "asyncpg.Connection[asyncpg.Record]"
    ports: Ports


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: by their token, by a session's cookie for one organisation, or as nobody in particular."""

    person: Person | None
    within: UUID | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def keys(self, world: World) -> Keys:
        """The keys that they hold now."""
        return keys(world, self.person, self.within)

    def seen(self, world: World) -> set[UUID]:
        """What they may read now."""
        return readable(world, self.keys(world))

    @property
    def administers(self) -> frozenset[UUID]:
        """The organisations that they are an ADMIN of."""
        return frozenset(one for one in (self.person.administers if self.person else ()) if self.within in {None, one})


def nobody() -> list[Viewer]:
    """Nobody, without a cookie and with one that is not ours."""
    return [Viewer(None), Viewer(None, None, {"Cookie": "theme=dark"})]


def by_token(person: Person) -> Viewer:
    """Somebody with everything that they hold."""
    return Viewer(person, None, {"Authorization": f"Bearer {person.secret}"})


def by_session(session: Session) -> Viewer:
    """Somebody whom an organisation's provider has signed in."""
    return Viewer(session.person, session.organisation, {"Cookie": f"serra={session.secret}", "X-Serra-CSRF": "1"})


def viewers(world: World) -> list[Viewer]:
    """Everyone who can sign in, in every way, and nobody."""
    return [*nobody(), *map(by_token, world.people), *map(by_session, world.sessions)]


@dataclass(frozen=True)
class Look:
    """Somebody's look at a world."""

    world: World
    viewer: Viewer
    place: Place

    @cached_property
    def client(self) -> Client:
        """Who asks."""
        return Client(self.place.http, signed=self.viewer.headers)

    @cached_property
    def seen(self) -> set[UUID]:
        """What they may read, by the model."""
        return self.viewer.seen(self.world)

    @cached_property
    def held(self) -> Keys:
        """Their keys, by the model."""
        return self.viewer.keys(self.world)

    def hidden_in(self, said: str) -> list[str]:
        """The secrets of what they may not read that stand in an answer."""
        found = said.lower()
        return [token for id_, token in tokens(self.world).items() if id_ not in self.seen and token in found]

    def ids(self, kind: str, rows: Iterable[Any]) -> list[str]:
        """The global ids of those of the rows that they may read."""
        return sorted(global_id(kind, one.id) for one in rows if one.id in self.seen)
