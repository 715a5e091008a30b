import re
from pathlib import Path

import pytest

FOLDERS = {".ci", "docs", "infra", "schema", "services", "tests"}
FILES = {
    ".dockerignore",
    ".editorconfig",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "pyproject.toml",
}
BINARY = {".gif", ".gz", ".ico", ".jpg", ".jpeg", ".pdf", ".png", ".webp", ".woff2", ".zip"}

# Where packages come from is the reader's own setting; an address in a file would override it, or rot.
INDEX_ADDRESS = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.org|yarnpkg\.com|crates\.io|golang\.org/|maven\.org|maven\.apache\.org"
    r"|^\s*--(?:extra-)?index-url|^\s*--find-links",
    re.MULTILINE,
)
# A path that exists on one person's machine only.
PERSONAL_PATH = re.compile(r"(?<![\w.}>-])/(?:home|Users|root|work)/\w")
LOCK_FILES = {"Cargo.lock", "package-lock.json", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "yarn.lock"}


def test_top_level_is_as_designed(project_files: list[Path]) -> None:
    """The first look at the project shows its layers and nothing that needs explaining."""
    found = {path.parts[0] for path in project_files}

    assert found == FOLDERS | FILES


@pytest.mark.parametrize("pattern", [INDEX_ADDRESS, PERSONAL_PATH], ids=["index address", "personal path"])
def test_no_file_is_bound_to_one_machine(
    project_root: Path, project_files: list[Path], pattern: re.Pattern[str]
) -> None:
    """A clone works wherever it lies and wherever its packages come from."""
    bound = {
        f"{path}: {found.group(0)}"
        for path in project_files
        if path.suffix not in BINARY
        for found in pattern.finditer((project_root / path).read_text(encoding="utf-8"))
    }

    assert not bound


def test_no_lock_file_records_addresses(project_files: list[Path]) -> None:
    """The pins are infra/requirements*.txt; other tools' lock files name the index they were made from."""
    assert not {str(path) for path in project_files if path.name in LOCK_FILES}


@pytest.mark.parametrize(
    ("text", "is_bound"),
    [
        ("see https://" + "pypi" + ".org/project/x", True),
        ("--index-url https://packages.example.org/simple", True),
        ("piccolo==1.24 --hash=sha256:00", False),
    ],
)
def test_index_addresses_are_recognised(text: str, is_bound: bool) -> None:  # noqa: FBT001 - a table's column
    """The rule sees an address and an index option, and leaves an ordinary pin alone."""
    assert bool(INDEX_ADDRESS.search(text)) is is_bound


@pytest.mark.parametrize(
    ("text", "is_bound"),
    [
        ("open('/" + "home/ada/x')", True),
        ("cd /" + "Users/ada/serra", True),
        ("its socket is /tmp/engine.sock", False),
        ("https://serra.example.org/home/", False),
    ],
)
def test_personal_paths_are_recognised(text: str, is_bound: bool) -> None:  # noqa: FBT001 - a table's column
    """The rule sees a folder of one person, and leaves addresses and every machine's folders alone."""
    assert bool(PERSONAL_PATH.search(text)) is is_bound
