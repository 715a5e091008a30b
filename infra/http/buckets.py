"""How often a client may do something, or how much of it: a bucket each that fills again with time, in this process."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from services.recent import Recent

CLIENTS_REMEMBERED = 10_000
"""Those who took something last. Whoever is forgotten begins with a full bucket."""


@dataclass(slots=True)
class Buckets:
    """Each holds at most `most`, and gets `per_second` back; `taken_from` → what was left, and when."""

    most: int
    per_second: float
    taken_from: Recent[Hashable, tuple[float, float]] = field(default_factory=lambda: Recent(CLIENTS_REMEMBERED))
    clock: Callable[[], float] = time.monotonic

    def wait(self, client: Hashable) -> int:
        """The whole seconds until a client's bucket holds 1; 0 if it does now."""
        return self.until(self._left(client, self.clock()) - 1)

    def until(self, lacking: float) -> int:
        """The whole seconds until what is lacking, a number below 0, has come back; 0 if nothing lacks."""
        return math.ceil(max(0.0, -lacking) / self.per_second)

    def take(self, client: Hashable, amount: float) -> float:
        """Take an amount if the bucket holds it. Gives what is left; below 0, nothing was taken and so much lacks."""
        now = self.clock()
        left = self._left(client, now) - amount
        if left >= 0:
            self.taken_from[client] = left, now
        return left

    def spend(self, client: Hashable) -> None:
        """Take 1 for what has happened already, or what there is."""
        now = self.clock()
        self.taken_from[client] = max(0.0, self._left(client, now) - 1), now

    def _left(self, client: Hashable, now: float) -> float:
        left, since = self.taken_from.get(client, (self.most, now))
        return min(self.most, left + (now - since) * self.per_second)
