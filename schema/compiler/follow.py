"""What a subscription follows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from graphql import GraphQLError


class Happening(Enum):
    """A kind of event."""

    CHANGED = "Something of the thing itself changed; the event's row is the thing."
    COMMENTED = "Somebody commented on the thing; the event's row is the comment."


@dataclass(frozen=True, slots=True)
class Topic:
    """What happens to one thing."""

    happening: Happening
    thing: UUID


class Changes(Protocol):
    """Where events come from."""

    async def follow(self, topic: Topic, global_id: str) -> AsyncIterator[UUID | None]:
        """The rows of a topic's events, from now on; None between them when the viewer must be looked at anew."""


class Gone(GraphQLError):
    """There is no such thing, or none that the viewer may read: the two are told in the same words."""

    def __init__(self) -> None:
        super().__init__("There is nothing to subscribe to with this id.", extensions={"code": "NOT_FOUND"})


class Unreadable(Exception):
    """An event's row is not the viewer's to read, so the event does not exist for them."""
