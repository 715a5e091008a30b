"""The parts outside the domain that its verbs use."""

from dataclasses import dataclass, field

from services.artefacts.ports import FileStore
from services.identity.ports import Issuers, NoIssuers
from services.privacy.ages import AgeLimits
from services.search.ports import SearchEngine


@dataclass(frozen=True, slots=True)
class Ports:
    """One of each, wired at start-up, the largest file that may be uploaded, in bytes, and how long things are kept."""

    files: FileStore
    search: SearchEngine
    largest_upload: int = 200 * 1024 * 1024
    ages: AgeLimits = field(default_factory=AgeLimits)
    issuers: Issuers = field(default_factory=NoIssuers)
