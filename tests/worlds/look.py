"""Somebody's look at a world: who asks, and what the model lets them see."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from schema.compiler.ids import prefix
from services.ports import Ports
from tests.client import Client
from tests.worlds.model import (
    Keys,
    Person,
    World,
    keys,
    readable,
    tokens,
)

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


@dataclass(frozen=True)
class Look:
    """Somebody's look at a world."""

    world: World
    person: Person | None
    place: Place

    @cached_property
    def client(self) -> Client:
        """Who asks."""
        return Client(self.place.http, self.person.secret if self.person else None)

    @cached_property
    def seen(self) -> set[UUID]:
        """What they may read, by the model."""
        return readable(self.world, self.held)

    @cached_property
    def held(self) -> Keys:
        """Their keys, by the model."""
        return keys(self.world, self.person)

    def hidden_in(self, said: str) -> list[str]:
        """The secrets of what they may not read that stand in an answer."""
        found = said.lower()
        return [token for id_, token in tokens(self.world).items() if id_ not in self.seen and token in found]

    def ids(self, kind: str, rows: Iterable[Any]) -> list[str]:
        """The global ids of those of the rows that they may read."""
        return sorted(global_id(kind, one.id) for one in rows if one.id in self.seen)
