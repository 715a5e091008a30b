"""The operator's commands beside a running `make run`, with nothing set but where its folder is."""

import json
import os
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.running import Running, begin, start

ME = "{ viewer { person { id } } }"


@pytest.mark.parametrize(
    ("arguments", "endings", "words"),
    [
        ("audit head", {0, 3}, ""),
        ("audit verify", {0, 3}, "Checked:"),
        ("audit export --organisation olen", {0}, "serra-audit-export/1"),
        ("retention --dry-run", {0}, "notification: "),
        ("erasures", {0}, ""),
        ("reindex", {0}, "are in the index."),
    ],
)
def test_a_command_finds_the_serra_that_runs(serra: Running, arguments: str, endings: set[int], words: str) -> None:
    """Each works on the database of the Serra that runs; before the first minute nothing may be sealed."""
    done = serra.command(*arguments.split())
    assert done.returncode in endings, done.stderr
    assert words in done.stdout


def test_somebody_comes_is_exported_and_erased(serra: Running) -> None:
    """A steward is added beside the running service, handed their data, and erased after a question."""
    token = serra.command("add-steward", "Zed Quick").stdout.split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    asked = httpx.post(f"{serra.url}/graphql", json={"query": ME}, headers=headers).json()
    person = asked["data"]["viewer"]["person"]["id"]
    exported = json.loads(serra.command("export-person", person).stdout)
    assert exported["sections"]["profile"]["rows"][0]["name"] == "Zed Quick"
    done = serra.command("erase-person", person, says="y\n")
    assert "Zed Quick, id " in done.stderr
    assert "steward of this installation" in done.stderr
    assert json.loads(done.stdout)["by"] == "OPERATOR"
    assert done.stdout.strip() in serra.command("erasures").stdout.splitlines()


def test_a_database_that_dies_comes_back(tmp_path: Path) -> None:
    """After a kill -9 of PostgreSQL it is told and started again; the service answers, and the worker goes on."""
    serra = start(tmp_path / "data")
    try:
        held = json.loads((serra.folder / "servers.lock").read_bytes())
        os.kill(held["servers"]["postgresql"], 9)
        while not any("PostgreSQL is up again." in line for line in serra.said):
            response = serra.send(None, "{ cases(first: 1) { totalCount } }")
            assert response.status_code in {200, 503}
        serra.do("lab_editor", "exportMyData", {}, "dataExport { askedAt }")
        query = "{ viewer { dataExport { readyAt } } }"
        serra.eventually("lab_editor", query, lambda data: data["viewer"]["dataExport"]["readyAt"])
        assert serra.command("erasures").returncode == 0
    finally:
        serra.stop()
    assert "no Serra runs on" in serra.command("erasures").stderr


def test_what_is_still_starting_can_be_stopped(tmp_path: Path) -> None:
    """Ctrl-C while the demo is loaded ends everything then, not when all of it is there; the next start goes on."""
    serra = begin(tmp_path / "data")
    serra.wait_for("The database is up to date")
    serra.stop()
    said = "".join(serra.said)
    assert (serra.process.returncode, "Stopping" in said) == (0, True)
    assert "The demo is loaded" not in said
    assert "Traceback" not in said
    again = start(tmp_path / "data")
    again.stop()
    assert any("The demo is loaded" in line for line in again.said)
