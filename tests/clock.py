"""Time for tests that do not wait for it."""


class Clock:
    """A clock that goes when it is told to; ask it like `time.monotonic`."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now
