import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_a_small_run_from_one_end_to_the_other(tmp_path: Path) -> None:
    """Rows are made, contenders agree and are measured, and nothing that was written or started stays."""
    command = [sys.executable, "-m", "infra.bench", "--cases", "400", "--seconds", "0.5", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--only", "serra", "--only", "limit", "--json", "out.json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"]
    assert {(one["question"], one["contender"]) for one in results} == {
        (question, contender) for question in "abcd" for contender in ("serra", "limit")
    }
    assert all(one["median"]["rate"] > 0 and one["spoken"]["statements"] >= 1 for one in results)
    assert str(tmp_path) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607 - the system's ps
