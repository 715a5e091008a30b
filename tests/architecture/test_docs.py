"""What the documentation names is there: pages and headings, commands, settings, and the fields of its queries."""

import re
from pathlib import Path

import pytest
import typer
from graphql import parse, validate

from infra.cli import app
from infra.environment import FOR_CLIENTS
from infra.settings import Settings, variable_of
from schema import schema

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[`(/])serra ([a-z][a-z-]*)(?: ([a-z]+))?", re.MULTILINE)
SETTING = re.compile(r"\b(?:SERRA|MEILI)_[A-Z0-9_]*[A-Z0-9]\b")
OF_TESTS = re.compile(r"SERRA_TEST_|MEILI_")
"""Variables that the suite reads, or that Meilisearch's own documentation explains."""
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
GROUPS = {name: set(one.commands) for name, one in COMMANDS.items() if hasattr(one, "commands")}


@pytest.fixture(scope="module")
def pages(project_root: Path, project_files: list[Path]) -> dict[Path, str]:
    """Everything that is written for people, by its path."""
    return {path: (project_root / path).read_text(encoding="utf-8") for path in project_files if path.suffix == ".md"}


def anchors(text: str) -> set[str]:
    """What the headings of a page can be linked by: lower case, hyphens for spaces, no punctuation."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in HEADING.findall(text)}


def commands(text: str) -> set[str]:
    """The commands that a page names, such as `audit verify`, in code alone."""
    code = [*QUOTED.findall(text), *(block for kind, block in FENCED.findall(text) if kind in {"sh", "text", ""})]
    named = {found for part in code for found in COMMAND.findall(part)}
    return {f"{name} {under}" if under and name in GROUPS else name for name, under in named}


def test_each_link_leads_somewhere(project_root: Path, pages: dict[Path, str]) -> None:
    """Whoever follows a link to another page, or to a heading, arrives there."""
    broken = set()
    for page, text in pages.items():
        for target, anchor in LINK.findall(text):
            path = (project_root / page.parent / target).resolve() if target else project_root / page
            there = path.is_dir() or path.is_file()
            if not there or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
                broken.add(f"{page}: {target}#{anchor}")

    assert not broken


def test_each_guide_is_in_the_list_of_guides(pages: dict[Path, str]) -> None:
    """docs/README.md leads to every page beside it."""
    listed = {target for target, _ in LINK.findall(pages[Path("docs/README.md")])}

    assert {page.name for page in pages if page.parent == Path("docs")} - {"README.md"} == {
        target for target in listed if target.endswith(".md") and "/" not in target
    }


def test_the_queries_are_valid(pages: dict[Path, str]) -> None:
    """Each example in GraphQL can be sent as it stands."""
    wrong = {
        f"{page}: {error.message}"
        for page, text in pages.items()
        for kind, block in FENCED.findall(text)
        if kind == "graphql"
        for error in validate(schema, parse(block))
    }

    assert not wrong


def test_the_commands_are_there(pages: dict[Path, str]) -> None:
    """Each `serra …` in the documentation is one of the command line's."""
    there = set(COMMANDS) | {f"{name} {under}" for name, group in GROUPS.items() for under in group}

    assert {f"{page}: {one}" for page, text in pages.items() for one in commands(text) - there} == set()


def test_what_each_command_needs_is_told(pages: dict[Path, str]) -> None:
    """Whoever adds a command says in docs/operations.md what has to be set for it."""
    told = pages[Path("docs/operations.md")].split("## What the commands need\n")[1].split("\n## ")[0]

    assert set(COMMANDS) - {name.partition(" ")[0] for name in commands(told)} == set()


def test_the_settings_are_there(pages: dict[Path, str]) -> None:
    """Each variable in the documentation is a setting, or the token of whoever asks."""
    known = {variable_of(name) for name in Settings.model_fields} | FOR_CLIENTS
    strangers = {
        f"{page}: {name}"
        for page, text in pages.items()
        for name in SETTING.findall(text)
        if name not in known and not OF_TESTS.match(name)
    }

    assert not strangers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`serra audit verify --expect HASH`", {"audit verify"}),
        ("```sh\n.venv/bin/serra ask '{ viewer { id } }'\n```", {"ask"}),
        ("run `serra erasures` and `serra worker`", {"erasures", "worker"}),
        ("create database serra owner serra", set()),
        ("```sql\ncreate database x owner serra encoding 'UTF8'\n```", set()),
    ],
)
def test_what_counts_as_naming_a_command(text: str, found: set[str]) -> None:
    """A command stands in code, at the beginning or behind a path."""
    assert commands(text) == found
