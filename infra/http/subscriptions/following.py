"""Changes → the subscriptions that follow them."""

import asyncio
import contextlib
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol, Self
from uuid import UUID

from graphql import GraphQLError

from infra.http.subscriptions.limits import StreamLimits
from infra.postgres.changes import Change, Changes
from schema.compiler.follow import Happening, Topic
from services.access import readable

GOING_AWAY: Final = "GOING_AWAY"
STOPPING: Final = "This server stops. Subscribe again."
_A_LITTLE = 0.05
_LONGEST_START = 5.0
_LONGEST_GOODBYE = 2.0

Readers = tuple[str, ...] | None


class Ended(Exception):
    """A subscription is over before its client wanted; the message says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Viewers(Protocol):
    """Who remembers the viewers of requests."""

    def forget(self) -> None:
        """Look everyone up anew."""


@dataclass(slots=True, eq=False)
class Following:
    """One subscription's events, in their order: rows, or None, before all others, when its viewer is to be looked at.

    What has changed is read when it is its turn, so one that waits already stands for all later changes of its row.
    `keyring` is what the viewer held when they were looked at last. What it does not read is no event, and none that
    waits: neither that it happened nor how often shows. Where the keys may have changed since, a look comes first.
    `shown` is what the viewer could read of the thing when they were looked at last; `known`, what of it is no news.
    `until`, by `time.monotonic`, is when the first of their keys, or what they signed with, may end by itself.
    """

    hub: "Hub"
    topic: Topic
    global_id: str
    limits: StreamLimits
    wholes: set[UUID] = field(default_factory=set)
    shown: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    until: float = math.inf
    keyring: frozenset[str] = frozenset()
    _waiting: dict[UUID, Readers] = field(default_factory=dict)
    _left_out: set[str] = field(default_factory=set)
    _is_stale: bool = False
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: Ended | None = None

    def __aiter__(self) -> Self:
        """Itself: it is read once."""
        return self

    async def __anext__(self) -> UUID | None:
        """The next event; None also when something has ended by itself, or nothing happened for long. Raises Ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience()):
                while self._ended is None and not self._is_stale:
                    row = self._next()
                    if row is not None:
                        return row
                    self._arrived.clear()
                    await self._arrived.wait()
        if self._ended is not None:
            raise self._ended
        self._is_stale = False
        return None

    def _next(self) -> UUID | None:
        """The first event that waits and is one for the viewer, who does not wait for the others any longer."""
        while self._waiting:
            row = next(iter(self._waiting))
            if self._may_read(self._waiting.pop(row)):
                return row
        return None

    def _patience(self) -> float:
        # A little later: the database's clock decides, and what it said was on its way here for a while.
        return min(self.limits.belief, max(self.until - time.monotonic(), 0.0) + _A_LITTLE)

    def put(self, row: UUID, readers: Readers = None) -> None:
        """One more event. `readers` are the keys of whom it is for; None where looking at the viewer tells."""
        if row in self._waiting:
            return
        self._waiting[row] = readers
        if len(self._waiting) > self.limits.waiting:
            self._leave_out()
        if len(self._waiting) > self.limits.waiting:
            self._end_slow()
        self._arrived.set()

    def look(self) -> None:
        """Have the viewer looked at anew, before anything else."""
        self._is_stale = True
        self._arrived.set()

    def looked(self, keyring: Iterable[str]) -> None:
        """The viewer was looked at, and held these keys."""
        self.keyring = frozenset(keyring)
        if not self.keyring.isdisjoint(self._left_out):
            self._end_slow()
        if not self._is_stale:
            self._left_out.clear()

    def _leave_out(self) -> None:
        """Keep of what waits what the viewer could read when they were looked at last, and of the rest for whom it is.

        So what they may not read fills nothing up; and should it turn out that their keys were others by then, they
        are told that something is missing.
        """
        for row, readers in list(self._waiting.items()):
            if not self._may_read(readers):
                self._left_out.update(self._waiting.pop(row) or ())

    def _may_read(self, readers: Readers) -> bool:
        return readers is None or readable(readers, self.keyring)

    def _end_slow(self) -> None:
        message = f"More than {self.limits.waiting} events waited for you. Read faster, and subscribe again."
        self.end(Ended("SLOW_CLIENT", message))

    def watch(self, wholes: Iterable[UUID]) -> bool:
        """Look at the viewer anew whenever one of these changes, too; whether any of them was not watched yet."""
        new = set(wholes) - self.wholes
        self.wholes |= new
        self.hub.watch(self, new)
        return bool(new)

    def learns(self, row: UUID | None) -> bool:
        """Whether an event is one for the viewer, who was looked at after it: something is there that was not before.

        Looking at them anew for another reason tells nothing: what is there is news still, and what is gone will be.
        """
        news = row is not None and not self.shown <= self.known
        self.known = self.known & self.shown if row is None else self.shown
        return news

    def end(self, reason: Ended) -> None:
        """No more events."""
        self._ended = self._ended or reason
        self._waiting.clear()
        self._arrived.set()
        self.close()

    def close(self) -> None:
        """Follow no longer."""
        self.hub.leave(self)


@dataclass(slots=True, eq=False)
class Hub:
    """Tells each change to the subscriptions of this process that follow it."""

    changes: Changes
    viewers: Viewers
    limits: StreamLimits
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _streams: set["asyncio.Future[None]"] = field(default_factory=set)
    _by_thing: defaultdict[UUID, dict[Following, None]] = field(default_factory=lambda: defaultdict(dict))
    _by_whole: defaultdict[UUID, dict[Following, None]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self.changes.tell(self)

    async def follow(self, topic: Topic, global_id: str) -> Following:
        """Follow a topic: whatever is committed after this has returned is told."""
        try:
            async with asyncio.timeout(_LONGEST_START):
                await self.changes.ready()
        except TimeoutError:
            message = "Changes cannot be followed at the moment. Try again in a minute."
            raise GraphQLError(message, extensions={"code": "UNAVAILABLE"}) from None
        made = Following(self, topic, global_id, self.limits)
        self._by_thing[topic.thing][made] = None
        return made

    def watch(self, following: Following, wholes: Iterable[UUID]) -> None:
        """What a subscription follows is read with these, too."""
        if following in self._by_thing.get(following.topic.thing, ()):  # else it is over
            for whole in wholes:
                self._by_whole[whole][following] = None

    def leave(self, following: Following) -> None:
        """Forget a subscription. Harmless when repeated."""
        _remove(self._by_thing, following.topic.thing, following)
        for whole in following.wholes:
            _remove(self._by_whole, whole, following)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """A WebSocket or an event stream, as long as this lasts: when the server stops, its goodbye is waited for."""
        over = asyncio.get_running_loop().create_future()
        self._streams.add(over)
        try:
            yield
        finally:
            self._streams.discard(over)
            over.set_result(None)

    # -- what the changes tell -------------------------------------------------------------------------------------

    def hear(self, change: Change) -> None:
        """Pass one change on."""
        if change.type in _DECIDES_WHO_READS:
            self.viewers.forget()
            _look(self._all())
        for one in tuple(self._by_thing.get(change.row, ())):
            if one.topic.happening is Happening.CHANGED:
                one.put(change.row)
            else:  # whoever follows the comments on a thing may lose the thing itself by its change
                one.look()
        # Whoever may no longer read a case reads none of its rounds and files.
        _look(tuple(self._by_whole.get(change.row, ())))
        if change.about is not None:
            for one in tuple(self._by_thing.get(change.about, ())):
                if one.topic.happening is Happening.COMMENTED:
                    one.put(change.row, change.readers)

    def miss(self) -> None:
        """End everything: some events could not be told."""
        self._end_all("MISSED", "Events were lost while the database was away. Read anew, and subscribe again.")

    async def end(self) -> None:
        """End everything: the server stops. Returns when all clients have been told, or do not listen."""
        self.stopping.set()
        self._end_all(GOING_AWAY, STOPPING)
        if self._streams:
            await asyncio.wait(self._streams, timeout=_LONGEST_GOODBYE)

    def _end_all(self, code: str, message: str) -> None:
        for one in self._all():
            one.end(Ended(code, message))

    def _all(self) -> list[Following]:
        return [one for there in self._by_thing.values() for one in there]


def _look(some: Iterable[Following]) -> None:
    for one in some:
        one.look()


def _remove(by: dict[UUID, dict[Following, None]], row: UUID, following: Following) -> None:
    there = by.get(row)
    if there is not None:
        there.pop(following, None)
        if not there:
            del by[row]


_DECIDES_WHO_READS = frozenset({"Admission", "Person", "PersonalToken", "Organisation", "Network", "Review", "Session"})
"""Whose changes can give keys, or take them away. A guest reviewer's comes with the review."""
