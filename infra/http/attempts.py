"""How often an address may try: a bucket that fills again with time, in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from infra.http.limits import CLIENTS_REMEMBERED


@dataclass(slots=True)
class Attempts:
    """At most `most` attempts at once, and `per_second` more with time; `spent` → what was left, and when."""

    most: int
    per_second: float
    spent: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, client: Hashable) -> int:
        """The seconds until a client may try again; 0 for now."""
        left = self._left(client)
        return 0 if left >= 1 else math.ceil((1 - left) / self.per_second)

    def spend(self, client: Hashable) -> None:
        """Count one attempt."""
        self.spent[client] = max(0.0, self._left(client) - 1), time.monotonic()
        self.spent.move_to_end(client)
        if len(self.spent) > CLIENTS_REMEMBERED:
            self.spent.popitem(last=False)

    def _left(self, client: Hashable) -> float:
        now = time.monotonic()
        left, since = self.spent.get(client, (self.most, now))
        return min(self.most, left + (now - since) * self.per_second)
