"""The rules that code and tests name by number are on docs/rules.md, each with a test that is there."""

import re
from pathlib import Path

import pytest

PAGE = Path("docs/rules.md")
NAMED = re.compile(r"\b[Rr]ules? (\d+(?:(?:, | and )\d+)*)|\b(U\d{1,2})\b")
WRITTEN = {".py", ".md", ".sql", ".graphql"}


def test_each_rule_that_is_named_is_on_the_page(project_root: Path, project_files: list[Path]) -> None:
    """Whoever meets «rule 6» or «U12» finds out what it says."""
    defined = rows((project_root / PAGE).read_text(encoding="utf-8"))
    strangers = {
        f"{path}: {name}"
        for path in project_files
        if path.suffix in WRITTEN and path.parts[0] in {"services", "schema", "infra", "tests", "docs"}
        for name in named((project_root / path).read_text(encoding="utf-8"))
        if name not in defined
    }

    assert not strangers


def test_each_rule_is_shown_by_a_test_that_is_there(project_root: Path) -> None:
    """The page names at least one test file for each rule and story, and none that is gone."""
    for name, row in rows((project_root / PAGE).read_text(encoding="utf-8")).items():
        tests = re.findall(r"`(tests/[^`]+\.py)`", row)
        assert tests, name
        assert [test for test in tests if not (project_root / test).is_file()] == [], name


def rows(page: str) -> dict[str, str]:
    """The rows of the page's tables, by the number of the rule or the story."""
    return {found[1]: found[0] for found in re.finditer(r"^\| (U?\d+) \|.*$", page, re.MULTILINE)}


def named(text: str) -> set[str]:
    """The rules and stories that a text names."""
    found = set()
    for numbers, story in NAMED.findall(text):
        found |= set(re.findall(r"\d+", numbers)) | ({story} if story else set())
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rule 11: nobody adopts their own.", {"11"}),
        ("U2, rule 3: a registered round", {"U2", "3"}),
        ("Rules 3, 4 and 12: what is frozen", {"3", "4", "12"}),
        ("a ruler of 3 and the RFC 9110", set()),
    ],
)
def test_what_counts_as_naming_a_rule(text: str, expected: set[str]) -> None:
    """A rule is named by the word and its number, a story by its letter and number."""
    assert named(text) == expected
