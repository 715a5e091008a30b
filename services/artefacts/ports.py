"""What the domain asks of a file store: links that a browser uses directly, and facts about what arrived.

And of whatever reads the text out of files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UploadLink:
    """Where and how to send a file: one HTTP request with exactly these headers, before the link expires."""

    method: str
    url: str
    headers: dict[str, str]
    expires_in: timedelta


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the store holds under a key.

    `sha256` is lower-case hex, of the bytes as they lie there; `head` is their beginning, HEAD_SIZE bytes or all.
    """

    size: int
    sha256: str
    media_type: str
    head: bytes = field(default=b"", compare=False, repr=False)


class FileStoreUnavailable(Exception):
    """The store cannot be reached or refused for reasons of its own."""


class FileStore(Protocol):
    """Files by key. Keys are chosen by the domain and never contain anything a user typed."""

    async def prepare(self) -> None:
        """Create the bucket where it is missing, and allow browsers to use signed links (CORS)."""

    async def upload_link(self, key: str, *, media_type: str, size: int, sha256: str) -> UploadLink:
        """A link that accepts one file of exactly this size and SHA-256 (hex), and nothing else."""

    async def download_link(self, key: str, *, file_name: str, media_type: str) -> str:
        """A short-lived URL that serves the file as an attachment named `file_name`."""

    async def stored(self, key: str) -> StoredFile | None:
        """What lies under the key, its SHA-256 computed from the bytes themselves; None where nothing does."""

    async def read(self, key: str) -> bytes:
        """The file's bytes. Raises FileNotFoundError."""

    async def put(self, key: str, content: bytes, *, media_type: str) -> None:
        """Store a file that the service made itself, in place of any other under the key."""

    async def delete(self, key: str) -> None:
        """Remove the file; no error where there is none."""

    async def healthy(self) -> bool:
        """Whether the store answers now."""


TextReaders = Mapping[str, Callable[[bytes], str]]
"""By media type, a function that reads the text out of a file's bytes. It raises ValueError for a damaged file."""
