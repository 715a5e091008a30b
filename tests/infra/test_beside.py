"""Where commands find the database, and what they say where there is none."""

import fcntl
import json
from pathlib import Path

import pytest

from infra.beside import NothingRuns, client_settings, command_settings, leave_note
from infra.embedded.folder import DataFolder
from infra.settings import Settings

URL = "postgresql://serra_service:secret@127.0.0.1:5432/serra"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without settings, but for a data folder of the test's own."""
    for name in Settings.model_fields:
        for variable in (f"SERRA_{name}".upper(), name.upper()):
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SERRA_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def noted(data: Path) -> DataFolder:
    """A folder in which a Serra runs, supervised by process 7, that keeps notifications for 9 days."""
    data.mkdir(mode=0o700)
    folder = DataFolder(data)
    folder.lock.write_text(json.dumps({"parent": 6, "supervisor": 7, "stopping": False, "servers": {}}))
    settings = client_settings().model_copy(update={"database_url": URL, "keep_notifications_days": 9})
    leave_note(settings, supervisor=7)
    return folder


def test_nothing_runs_and_nothing_is_set(data: Path) -> None:
    """It is said what is missing and both ways to mend it; nothing is made."""
    with pytest.raises(NothingRuns, match=r"SERRA_DATABASE_URL is not set, and no Serra runs on .*`make run`"):
        command_settings()
    assert not data.exists()


def test_what_is_set_wins(monkeypatch: pytest.MonkeyPatch, noted: DataFolder) -> None:
    """With a database of one's own nothing else is looked at, and neither secret nor file store is needed."""
    monkeypatch.setenv("SERRA_DATABASE_URL", "postgresql://elsewhere/serra")
    with noted.lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings = command_settings()
    assert settings.database_url == "postgresql://elsewhere/serra"
    assert settings.keep_notifications_days == 365


def test_what_runs_is_found(monkeypatch: pytest.MonkeyPatch, noted: DataFolder) -> None:
    """The database of the Serra that runs, and what was set for it unless it is set here; the note is private."""
    with noted.lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = command_settings()
        assert (found.database_url, found.keep_notifications_days) == (URL, 9)
        monkeypatch.setenv("SERRA_KEEP_NOTIFICATIONS_DAYS", "11")
        assert command_settings().keep_notifications_days == 11
    assert noted.running.stat().st_mode & 0o777 == 0o600


def test_a_note_of_an_earlier_run_is_not_believed(noted: DataFolder) -> None:
    """Nobody holds the lock: nothing runs. Another supervisor does: its Serra has not come so far yet."""
    with pytest.raises(NothingRuns, match="no Serra runs on"):
        command_settings()
    leave_note(client_settings().model_copy(update={"database_url": URL}), supervisor=8)
    with noted.lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(NothingRuns, match="just starting or ending"):
            command_settings()
