"""`serra …` as whoever runs an installation calls it: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_OURS = ("SERRA_", "MEILI_", "PICCOLO_")


def environment(**settings: str) -> dict[str, str]:
    """That of this process with these settings, and no other of Serra's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)} | settings


def serra_command(*arguments: str, says: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """What a command does where these settings are made; `says` is what is typed to it."""
    return subprocess.run(
        [sys.executable, "-m", "infra.cli", *arguments],
        cwd=ROOT,
        env=environment(**settings),
        input=says,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
