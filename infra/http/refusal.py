"""A request that is answered before anything of it runs."""

from collections.abc import Mapping


class Refused(Exception):
    """Its status, its code, and a message that says what is wrong and what to do."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}
