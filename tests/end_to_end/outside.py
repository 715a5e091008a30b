"""Tools of others: fetched for a run, in fixed versions, into a folder of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

JUDGES = Path(__file__).with_name("judges")
WHOLE = 300
"""Seconds that a long judgement may take."""


def ran(command: Sequence[str | Path], folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a tool in a folder; what it prints comes back in both streams."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=WHOLE + 120,
        check=False,
    )


def from_npm(folder: Path, judge: str, *packages: str) -> Path:
    """The folder with a judge's packages in it; without Node the test that wants them is skipped."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"{judge} was not asked: node and npm are not here.")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    made = ran([npm, "install", *options, *packages], folder)
    if made.returncode:
        pytest.skip(f"{judge} was not asked: npm could not install it. {made.stderr.strip()[-200:]}")
    return folder


def from_pypi(folder: Path, judge: str, package: str) -> Path:
    """The Python of an environment of its own in the folder, with a judge's package in it."""
    ran([sys.executable, "-m", "venv", "own"], folder)
    made = ran(["own/bin/python", "-m", "pip", "install", "--quiet", package], folder)
    if made.returncode:
        pytest.skip(f"{judge} was not asked: pip could not install it. {made.stderr.strip()[-200:]}")
    return folder / "own/bin/python"
