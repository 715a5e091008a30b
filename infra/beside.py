"""What commands beside a running `serra run` work with: it leaves a note of it in its data folder.

Only the supervisor of the servers that hold the folder's lock now is believed, so a note that a crash left behind
leads nowhere.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from infra.embedded.folder import DataFolder, write_private
from infra.embedded.lock import supervisor_of
from infra.environment import read_settings
from infra.settings import Settings, variable_of

_NOTED: Final = (
    "database_url",
    "meili_url",
    "meili_key",
    *(name for name in Settings.model_fields if name.startswith("keep_")),
)
"""The settings that commands work with. Those of the service itself stay in its memory."""


class NothingRuns(Exception):
    """There is no database to work on; the message says what is missing and what to do."""


def leave_note(settings: Settings, supervisor: int) -> Path:
    """Note how a Serra is reached that runs on embedded servers; gives the file, which goes when it ends."""
    folder = DataFolder(settings.data)
    noted = {name: _plain(getattr(settings, name)) for name in _NOTED if name in settings.model_fields_set}
    holder = folder.root.stat()
    owner = (holder.st_uid, holder.st_gid) if os.geteuid() == 0 else None
    write_private(folder.running, json.dumps({"supervisor": supervisor, "settings": noted}) + "\n", owner)
    return folder.running


def command_settings() -> Settings:
    """The settings of a command that works on the database and signs nobody in, so that it needs no secret.

    Where no database is set it is that of the Serra that runs on the data folder, with what was set for that one and
    is not set here. Raises NothingRuns and SettingsError.
    """
    settings = client_settings()
    if settings.database_url:
        return settings
    noted = {name: value for name, value in _note(settings.data).items() if name not in settings.model_fields_set}
    return read_settings({**noted, "secret": settings.secret})


def client_settings() -> Settings:
    """The settings of a command that speaks to a service or names a folder alone. Raises SettingsError."""
    return read_settings({"secret": SecretStr(secrets.token_urlsafe(48))})  # of no use, and so of no harm


def _note(data: Path) -> Mapping[str, Any]:
    folder = DataFolder(data)
    try:
        supervisor = supervisor_of(folder)
        if supervisor is None:
            raise NothingRuns(
                f"There is no database to work on: {variable_of('database_url')} is not set, and no Serra runs on"
                f" {data}. Start one with `make run` (or name its folder with {variable_of('data')}), or set"
                f" {variable_of('database_url')}: docs/settings.md."
            )
        note = json.loads(folder.running.read_bytes()) if folder.running.exists() else {}
    except PermissionError as error:
        raise NothingRuns(f"{error.filename} cannot be read. Run this as whoever started Serra.") from None
    if not supervisor or note.get("supervisor") != supervisor:
        raise NothingRuns(f"The Serra on {data} is just starting or ending. Try again in a moment.")
    settings: Mapping[str, Any] = note["settings"]
    return settings


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
