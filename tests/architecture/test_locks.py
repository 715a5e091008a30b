"""Networks, organisations and people are locked in one module, which is what keeps their order one."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.conftest import Module

HOME = "services/organisations/locks.py"
DECIDING = {"Network", "Organisation", "Person"}


def test_who_belongs_where_is_locked_in_one_module(source_modules: list[Module]) -> None:
    """No verb locks these rows by itself: two that did it in different orders would wait for each other."""
    elsewhere = {
        f"{module.path}:{line}"
        for module in source_modules
        if module.path.parts[0] == "services" and module.path.as_posix() != HOME
        for line in locks(module.tree)
    }

    assert not elsewhere


def locks(tree: ast.Module) -> Iterator[int]:
    """The lines on which a query of a table of DECIDING locks rows, or a text of SQL locks any."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "lock_rows":
            names = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            if names & DECIDING:
                yield node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "for no key update" in node.value:
            yield node.lineno


@pytest.mark.parametrize(
    ("text", "is_lock"),
    [
        ('Person.select(Person.id).where(Person.id == one).lock_rows("NO KEY UPDATE")', True),
        ('Organisation.objects().where(mine).order_by(Organisation.id).lock_rows("NO KEY UPDATE").first()', True),
        ('"select id from person for no key update"', True),
        ('Review.objects().where(Review.id == one).lock_rows("NO KEY UPDATE").first()', False),
        ("Person.select(Person.id).where(Person.id == one)", False),
    ],
)
def test_what_counts_as_a_lock(text: str, is_lock: bool) -> None:  # noqa: FBT001 - a column of the table above
    """The rule above sees the lock in the first three, and in nothing else."""
    assert bool(list(locks(ast.parse(text)))) is is_lock
