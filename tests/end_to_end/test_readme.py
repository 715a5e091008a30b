"""The README's tour runs as it stands."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.running import Running

ROOT = Path(__file__).parents[2]


def tour() -> str:
    """Every shell block of the tour, in order."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## A tour in five minutes")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def test_the_tour_runs(serra: Running, tmp_path: Path) -> None:
    """Every block of the README's tour succeeds, and ends with a verified file and a hidden network."""
    command = f"{shlex.quote(sys.executable)} -m infra.cli"
    # The folder first: the command may itself lie below it.
    script = tour().replace("/tmp/", f"{tmp_path}/").replace(".venv/bin/serra", command)  # noqa: S108 - as it is written
    done = subprocess.run(
        ["/bin/bash", "-euc", script],
        cwd=ROOT,
        env=os.environ | {"SERRA_DATA": str(serra.folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "How were people chosen?" in done.stdout
    assert '"state": "STORED"' in done.stdout
    assert '"network": null' in done.stdout
