"""What the tests of the structure look at: the project's own files, and the syntax trees of its modules."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_TOOLS = {"__pycache__", "node_modules", "build", "dist"}


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: where it is, relative to the project, and what it says."""

    path: Path
    text: str
    tree: ast.Module


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """The project's files relative to its folder: what Git keeps or would keep, else what lies there."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the user's Git
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return list(walk(ROOT))
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


def walk(folder: Path) -> Iterator[Path]:
    """The files of an unpacked archive, where there is no Git to ask."""
    for entry in sorted(folder.iterdir()):
        if entry.is_file():
            yield entry.relative_to(ROOT)
        elif entry.name not in MADE_BY_TOOLS and (not entry.name.startswith(".") or entry.name == ".ci"):
            yield from walk(entry)


@pytest.fixture(scope="session")
def modules(project_files: list[Path]) -> list[Module]:
    """All Python files that are written by hand, so not the generated migrations."""
    written = [path for path in project_files if path.suffix == ".py" and "migrations" not in path.parts]
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in written}
    return [Module(path, text, ast.parse(text, str(path))) for path, text in texts.items()]


@pytest.fixture(scope="session")
def source_modules(modules: list[Module]) -> list[Module]:
    """The modules of the product itself."""
    return [module for module in modules if module.path.parts[0] in {"services", "schema", "infra"}]
