"""The one folder that holds all state on this machine: private to its owner, and laid out the same everywhere."""

import json
import os
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.embedded.errors import EmbeddedError

_OURS = frozenset(
    {"credentials.json", "demo.json", "logs", "postgresql", "running.json", "seaweedfs", "secret", "servers.lock"}
)
_HARMLESS = frozenset({".DS_Store", ".gitignore", ".gitkeep", "lost+found"})
_KEY_LETTERS = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where everything lies below the folder."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by every process of the servers; says who started them."""
        return self.root / "servers.lock"

    @property
    def running(self) -> Path:
        """What commands need to reach the Serra that runs here; written by it."""
        return self.root / "running.json"

    @property
    def logs(self) -> Path:
        """One file per server, the earlier run's beside it."""
        return self.root / "logs"

    @property
    def postgresql(self) -> Path:
        """Belongs to the account that PostgreSQL runs as."""
        return self.root / "postgresql"

    @property
    def seaweedfs(self) -> Path:
        """Belongs to the account that SeaweedFS runs as, and is its working folder."""
        return self.root / "seaweedfs"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the servers ask of those who use them. Made once per folder."""

    database_password: str
    s3_access_key: str
    s3_secret_key: str


def private_folder(path: Path) -> DataFolder:
    """The folder, made where it is missing, and readable by its owner alone.

    Raises EmbeddedError where the path leads to something that is not a data folder: its permissions are narrowed,
    which must not happen to a folder that merely was named by mistake.
    """
    root = path.absolute()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = {entry.name for entry in root.iterdir()} - _HARMLESS
        if held and not held & _OURS:
            raise EmbeddedError(
                f"{root} already holds other files ({min(held)} …). Choose a new or an empty folder with SERRA_DATA."
            )
        if root.stat().st_mode & 0o077:
            root.chmod(0o700)
    except OSError as error:
        raise EmbeddedError(
            f"{root} cannot be used as the data folder: {error.strerror}. Choose another one with SERRA_DATA."
        ) from error
    return DataFolder(root)


def make_private(path: Path, owner: tuple[int, int] | None = None) -> Path:
    """The subfolder, made where it is missing, for its owner (uid, gid) alone; without one, for ourselves."""
    path.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(path, *owner, follow_symlinks=False)
    return path


def write_private(path: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Write the file whole or not at all, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if owner is not None:
                os.fchown(descriptor, *owner)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def credentials_of(folder: DataFolder) -> tuple[Credentials, bool]:
    """The folder's credentials, and whether they were made just now."""
    path = folder.root / "credentials.json"
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8"))), False
    except FileNotFoundError:
        pass
    except (TypeError, ValueError) as error:
        raise EmbeddedError(f"{path} is damaged ({error}). Delete it: new credentials are then made.") from error
    made = Credentials(
        database_password=secrets.token_urlsafe(32),
        s3_access_key="".join(secrets.choice(_KEY_LETTERS) for _ in range(20)),
        s3_secret_key=secrets.token_urlsafe(32),
    )
    write_private(path, json.dumps(asdict(made), indent=2) + "\n")
    return made, True


def secret_of(folder: DataFolder) -> str:
    """The folder's signing key, made at the first call. Two processes that ask at once get the same one."""
    path = folder.root / "secret"
    if not path.exists():
        draft = folder.root / f"secret.{secrets.token_hex(4)}"
        write_private(draft, secrets.token_urlsafe(48) + "\n")
        try:
            os.link(draft, path)  # unlike a rename, refuses where another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
