"""The parts outside the domain that its verbs use."""

from dataclasses import dataclass

from services.artefacts.ports import FileStore
from services.search.ports import SearchEngine


@dataclass(frozen=True, slots=True)
class Ports:
    """One of each, wired at start-up, and the largest file that may be uploaded, in bytes."""

    files: FileStore
    search: SearchEngine
    largest_upload: int = 200 * 1024 * 1024
