import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture.conftest import Module

DOMAIN_MAY_IMPORT = {"services", "piccolo", *sys.stdlib_module_names}


def test_import_contracts_hold(
    project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Layers, forbidden libraries and the order of the nouns are as pyproject.toml says."""
    monkeypatch.chdir(project_root)
    # It sets logging up anew, which would silence every logger of ours for the rest of the run.
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)

    status = lint_imports(cache_dir=str(tmp_path))

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_services_import_only_piccolo_and_the_standard_library(source_modules: list[Module]) -> None:
    """The domain stands on nothing that a change of transport, client or driver could touch."""
    strangers = {
        f"{module.path}: {name}"
        for module in source_modules
        if module.path.parts[0] == "services"
        for name in imported_packages(module.tree)
        if name not in DOMAIN_MAY_IMPORT
    }

    assert not strangers


def imported_packages(tree: ast.Module) -> Iterator[str]:
    """The top-level package of each absolute import, wherever in the module it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
