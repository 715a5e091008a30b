"""The parts outside the domain that its verbs use."""

from dataclasses import dataclass

from services.artefacts.ports import FileStore
from services.search.ports import SearchEngine


@dataclass(frozen=True, slots=True)
class Ports:
    """One of each, wired at start-up."""

    files: FileStore
    search: SearchEngine
