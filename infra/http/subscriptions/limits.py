"""How much of subscriptions one client may use, and how long it may take."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.http.refusal import Refused
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """The limits of one process. Times are in seconds."""

    operations: int = 32
    """Operations that run at once on one WebSocket."""
    connections: int = 16
    """WebSockets and event streams of one person."""
    anonymous: int = 1_000
    """WebSockets and event streams of all who did not sign in: behind a proxy they have one address."""
    waiting: int = 100
    """Events that wait for one subscription; a client that lets more gather is dropped."""
    greeting: float = 3.0
    """From the opening of a WebSocket to its `connection_init`."""
    sending: float = 10.0
    """For one message to be taken."""
    silence: float = 15.0
    """Between signs of life that the server sends; a WebSocket whose client answers none of two is closed."""
    belief: float = 30.0
    """Between two looks at whether an idle subscription's token is still valid."""


@dataclass(slots=True)
class Connections:
    """The connections that are open, counted by person."""

    limits: StreamLimits
    _open: Counter[object] = field(default_factory=Counter)

    @contextmanager
    def one_more(self, viewer: Viewer) -> Iterator[None]:
        """A connection of the viewer's, as long as this lasts. Raises Refused."""
        most = self.limits.anonymous if viewer.person is None else self.limits.connections
        if self._open[viewer.person] >= most:
            raise Refused(
                429, "TOO_MANY_CONNECTIONS", f"At most {most} connections for subscriptions; close one and try again."
            )
        self._open[viewer.person] += 1
        try:
            yield
        finally:
            self._open[viewer.person] -= 1
            if not self._open[viewer.person]:
                del self._open[viewer.person]
