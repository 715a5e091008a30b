from pathlib import Path

import pytest

from infra.embedded.folder import write_private


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """What is written anew is for its owner alone; what cannot be leaves no draft behind."""
    file = tmp_path / "credentials.json"
    write_private(file, "1")
    write_private(file, "2")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("2", 0o600)
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        write_private(folder, "3")
    assert sorted(tmp_path.iterdir()) == [file, folder]
