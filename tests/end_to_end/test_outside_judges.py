"""What other tools say of a running Serra."""

import json
import re
import shutil
from pathlib import Path

import pytest

from infra.cli import SDL_FILE
from tests.end_to_end.outside import JUDGES, WHOLE, from_npm, from_pypi, ran
from tests.end_to_end.running import Running

_GRAPHQL_HTTP = ("graphql-http@1.23.1", "graphql@16.15.0")
_SCHEMATHESIS = "schemathesis==4.32.5"
_OF_THE_DRAFT = {"MUST": 13, "SHOULD": 23, "MAY": 25}
"""How many rules of each strength graphql-http asks about."""
_RELAY = "relay-compiler@21.0.1"
_DOCUMENTS = ("page", "rounds", "rounds again", "cases", "cases again", "add")
_SHORT = 6


@pytest.fixture(scope="module")
def graphql_http(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with graphql-http's audit in it."""
    folder = from_npm(tmp_path_factory.mktemp("graphql-http"), "graphql-http", *_GRAPHQL_HTTP)
    shutil.copy(JUDGES / "audit.mjs", folder)
    return folder


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Relay's compiler, a small application and our schema in it."""
    folder = from_npm(tmp_path_factory.mktemp("relay"), "relay-compiler", _RELAY)
    (folder / "src").mkdir()
    shutil.copy(JUDGES / "relay.js", folder / "src")
    shutil.copy(SDL_FILE, folder)
    config = {"src": "./src", "schema": SDL_FILE.name, "language": "javascript"}
    (folder / "relay.config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def schemathesis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with schemathesis in an environment of its own."""
    folder = tmp_path_factory.mktemp("schemathesis")
    from_pypi(folder, "schemathesis", _SCHEMATHESIS)
    shutil.copy(JUDGES / "hooks.py", folder)
    return folder


def _findings(schemathesis: Path, serra: Running, who: str, seconds: int, examples: int) -> tuple[int, str]:
    """What schemathesis found in an operation or another, and all that it said."""
    judged = ran(
        [
            "own/bin/schemathesis",
            "run",
            f"{serra.url}/graphql",
            "--header",
            f"Authorization: Bearer {serra.token(who)}",
            "--phases=fuzzing",
            # The hooks have the same checks, which know our refusals: of too much at once, and of too much in time.
            "--exclude-checks=not_a_server_error,positive_data_acceptance",
            "--generation-allow-x00=false",  # valid GraphQL, and refused: tests/schema/compiler/test_values.py
            f"--max-examples={examples}",
            f"--max-time={seconds}",
            "--continue-on-failure",
            "--generation-database=none",
            "--no-color",
        ],
        schemathesis,
        SCHEMATHESIS_HOOKS="hooks",
    )
    generated = re.search(r"(\d+) generated", judged.stdout)
    assert generated, judged.stdout + judged.stderr
    return judged.returncode, judged.stdout


def test_graphql_http_finds_every_rule_of_the_draft_kept(serra: Running, graphql_http: Path) -> None:
    """The audit's rules, those that may be kept as well as those that must, all hold: 61 of 61."""
    judged = ran(["node", "audit.mjs", f"{serra.url}/graphql"], graphql_http)
    results = json.loads(judged.stdout)
    broken = [f"{one['name']}: {one['reason']}" for one in results if one["status"] != "ok"]
    assert not broken
    strengths = [one["name"].split()[0] for one in results]
    assert {strength: strengths.count(strength) for strength in set(strengths)} == _OF_THE_DRAFT


@pytest.mark.deep
def test_relay_compiles_an_application(relay: Path) -> None:
    """Relay's own rules of connections, nodes and edges hold for our schema."""
    judged = ran(["node_modules/.bin/relay-compiler"], relay)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert len(list((relay / "src" / "__generated__").iterdir())) == len(_DOCUMENTS)


def test_schemathesis_finds_nothing_in_a_short_look(serra: Running, schemathesis: Path) -> None:
    """Queries and mutations at random, right and wrong: nothing answers with a fault, a leak or a wrong type."""
    code, said = _findings(schemathesis, serra, "outsider", _SHORT, 2)
    assert code == 0, said


@pytest.mark.deep
@pytest.mark.timeout(WHOLE + 240)
def test_schemathesis_finds_nothing_in_five_minutes(serra: Running, schemathesis: Path) -> None:
    """The same for somebody who may write, for five minutes."""
    code, said = _findings(schemathesis, serra, "lab_editor", WHOLE, 100)
    assert code == 0, said
