"""The clients that applications are made with, each with a running Serra."""

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.judging import checks, world
from tests.end_to_end.outside import JUDGES, from_npm, from_pypi, ran
from tests.end_to_end.running import Running

_JAVASCRIPT = (
    "@apollo/client@4.3.8",
    "@urql/core@6.0.3",
    "graphql-request@7.4.0",
    "graphql@16.15.0",
    "graphql-ws@6.4.2",
    "rxjs@7.8.2",
    "ws@8.23.0",
)
_PYTHON = "gql[httpx,websockets]==4.4.0"


@pytest.mark.deep
def test_applications_in_javascript(serra: Running, tmp_path: Path) -> None:
    """Apollo Client, urql and graphql-request ask, write, hear why they are refused, and follow where they can."""
    folder = from_npm(tmp_path, "Clients in JavaScript", *_JAVASCRIPT)
    for judge in ("judging.mjs", "applications.mjs"):
        shutil.copy(JUDGES / judge, folder)
    assert checks(folder, "applications.mjs", world(serra)) == 3


@pytest.mark.deep
def test_an_application_in_python(serra: Running, tmp_path: Path) -> None:
    """The same with gql, which reads the schema first, over HTTP and over WebSocket."""
    python = from_pypi(tmp_path, "gql", _PYTHON)
    used = ran([python, JUDGES / "application.py", json.dumps(world(serra))], tmp_path)
    assert used.stdout == "used\n", used.stderr
