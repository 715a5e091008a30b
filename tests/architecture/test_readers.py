"""What is read only together with its whole is so on every road to it: the compiled reads' and the domain's own."""

import ast
from collections.abc import Iterator

import pytest

from schema import catalogue
from schema.compiler.sources import Rule
from services.access import READ_WITH
from tests.architecture.conftest import Module

ROAD = "services/access.py"


def test_the_domain_reads_with_the_wholes_that_the_types_declare() -> None:
    """A type's `wholes` are the keys that `access` follows, for all types with an audience and none besides."""
    declared = {
        mark.name: tuple(key._meta.name for key in mark.wholes)
        for mark in catalogue.types.values()
        if mark.rule is Rule.AUDIENCE and mark.wholes
    }

    assert declared == READ_WITH


def test_no_verb_judges_by_the_audience_of_a_part_alone(source_modules: list[Module]) -> None:
    """A row that is read with its whole is reached by `access` or `readable_rows`: its audience is half the rule."""
    judged = {
        f"{module.path}:{line}"
        for module in source_modules
        if module.path.parts[0] == "services" and module.path.as_posix() != ROAD
        for line in selected_audiences(module.tree)
    }

    assert not judged


def selected_audiences(tree: ast.Module) -> Iterator[int]:
    """The lines on which a query selects, or filters by, the audience of a table of READ_WITH or of a key to one."""
    tables = {"".join(word.title() for word in name.split("_")) for name in READ_WITH} | set(READ_WITH)
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in {"select", "where"}
        ):
            for found in (part for given in call.args for part in ast.walk(given)):
                if isinstance(found, ast.Attribute) and found.attr == "audience" and _last(found.value) in tables:
                    yield found.lineno


def _last(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


@pytest.mark.parametrize(
    ("text", "is_judged"),
    [
        ("TestRound.select(TestRound.id, TestRound.audience)", True),
        ("PracticeSource.select(PracticeSource.test_round.audience).where(x)", True),
        ("t.TestRound.select(t.TestRound.audience.as_alias('a'))", True),
        ("Case.select(Case.audience)", False),
        ("changed({TestRound.audience: readers})", False),
    ],
)
def test_selected_audiences_are_recognised(text: str, is_judged: bool) -> None:  # noqa: FBT001 - a table's column
    """The rule sees a part's audience however it is selected, and leaves wholes and changes of readers alone."""
    assert bool(list(selected_audiences(ast.parse(text)))) is is_judged
