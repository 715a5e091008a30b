"""Compiles the pins: infra/requirements*.txt from pyproject.toml and infra/requirements*.in.

`python -m infra.lock` keeps every pin that still fits, `upgrade` takes the newest, `check` changes nothing
and fails when a file no longer follows from its sources.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.bootstrap import ENVIRONMENT, ROOT, pip_configuration, pip_settings, say, uv_flags, uv_settings

FOLDER = Path("infra")
EVERYTHING = FOLDER / "requirements-dev.txt"
BUILD = str(FOLDER / "requirements-build.in")
CONSTRAINED = ("-c", str(EVERYTHING))

SOURCES: dict[Path, tuple[str, ...]] = {
    # First, because the others take their versions from it: what is tested is what runs.
    EVERYTHING: ("pyproject.toml", "--extra", "embedded", "--extra", "dev", BUILD),
    FOLDER / "requirements-embedded.txt": ("pyproject.toml", "--extra", "embedded", BUILD, *CONSTRAINED),
    FOLDER / "requirements.txt": ("pyproject.toml", *CONSTRAINED),
    FOLDER / "requirements-build.txt": (BUILD, *CONSTRAINED),
    FOLDER / "requirements-uv.txt": (str(FOLDER / "requirements-uv.in"),),
}
"""Each file of pins and what it is compiled from, in the order of compiling."""

FLOOR = "3.11"

UNREACHABLE = (
    "connect",
    "dns error",
    "error sending request",
    "failed to fetch",
    "network",
    "timed out",
)
"""What uv says, in one of many sentences, when the package index does not answer."""


def main(arguments: list[str]) -> int:
    """Run one of the three forms; the exit status."""
    match arguments:
        case []:
            return compile_all()
        case ["upgrade"]:
            return compile_all("--upgrade")
        case ["check"]:
            return check_all()
        case _:
            say("Usage: python -m infra.lock [upgrade | check]")
            return 2


def compile_all(*options: str) -> int:
    """Write every file of pins; the exit status of the first that fails, else 0."""
    for pins, sources in SOURCES.items():
        say(f"Compiling {pins} …")
        compiled = compile_pins(sources, pins, *options)
        if compiled.returncode != 0:
            say(compiled.stderr)
            return compiled.returncode
    return 0


def check_all() -> int:
    """Compile beside the committed files and compare; 1 when one has fallen behind its sources."""
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for pins, sources in SOURCES.items():
            fresh = Path(folder) / pins.name
            committed = (ROOT / pins).read_text(encoding="utf-8")
            fresh.write_text(committed, encoding="utf-8")  # uv keeps the versions that it finds there
            compiled = compile_pins(sources, fresh)
            if compiled.returncode != 0 and any(word in compiled.stderr.lower() for word in UNREACHABLE):
                say("Pins: not compared with pyproject.toml, because the package index does not answer.")
                return 0
            if compiled.returncode != 0:
                say(compiled.stderr)
                return compiled.returncode
            if without_hashes(fresh.read_text(encoding="utf-8")) != without_hashes(committed):
                stale.append(str(pins))
    if stale:
        say(f"No longer what pyproject.toml asks for: {', '.join(stale)}. Run `make lock` and commit.")
        return 1
    say("The pins follow from pyproject.toml.")
    return 0


def compile_pins(sources: tuple[str, ...], pins: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`uv pip compile` for every platform at the lowest Python, with no address in the result."""
    pip = pip_settings(pip_configuration())
    command = [
        *(str(ENVIRONMENT / "bin" / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
        *("--no-emit-index-url", "--no-emit-find-links", "--python-version", FLOOR),
        *("--custom-compile-command", "make lock", "--output-file", str(pins)),
    ]
    return subprocess.run(
        [*command, *uv_flags(pip), *options, *sources],
        cwd=ROOT,
        env=uv_settings(pip) | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )


def without_hashes(pins: str) -> list[str]:
    """The pinned lines alone: a wheel that was uploaded later adds a hash, and changes nothing of ours."""
    lines = (line.strip().removesuffix(" \\") for line in pins.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "--hash="))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
