import ast
import re
from collections.abc import Iterator

from tests.architecture.conftest import Module

LONGEST = 400
EMPTY_NAMES = re.compile(r"(Manager|Helper|Util|Utils)$")
EMPTY_MODULES = {"common", "helper", "helpers", "misc", "util", "utils"}


def test_no_module_is_longer_than_400_lines(source_modules: list[Module]) -> None:
    """A module that outgrows 400 lines holds more than one idea, and is cut."""
    lengths = {str(module.path): module.text.count("\n") for module in source_modules}

    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST}


def test_names_say_what_a_thing_is(source_modules: list[Module]) -> None:
    """No class is a manager, helper or utility, and no module is a drawer for whatever had no place."""
    drawers = {str(module.path) for module in source_modules if module.path.stem in EMPTY_MODULES}
    classes = {
        f"{module.path}: {node.name}"
        for module in source_modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and EMPTY_NAMES.search(node.name)
    }

    assert not drawers | classes


def test_every_test_says_what_it_promises(modules: list[Module]) -> None:
    """Each test opens with a sentence, so that a red one reads as a broken promise."""
    silent = {
        f"{module.path}: {test.name}"
        for module in modules
        if module.path.parts[0] == "tests"
        for test in promises_of(module.tree)
        if not (ast.get_docstring(test) or "").partition("\n")[0].endswith((".", "?", "!"))
    }

    assert not silent


def promises_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that pytest collects; the project has no test classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node
