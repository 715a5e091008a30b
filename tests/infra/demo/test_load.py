import json
import stat
import time
from pathlib import Path

import httpx
import pytest

from infra.bundles.read import read_bundle
from infra.bundles.send import Report, import_bundles
from infra.demo import load
from infra.demo.load import FILES, PEOPLE, Demo, load_over, read_demo, steward_token
from infra.postgres.database import Database
from tests.client import Client
from tests.factories.bundles import signed

URL = "http://serra.test"
WHO = "{ viewer { isSteward person { name } memberships { role organisation { slug } } } }"


async def started(http: httpx.AsyncClient, folder: Path, told: list[str] | None = None, url: str = URL) -> Demo:
    """What a start does about the demo; `told` gets the lines of its report."""
    token = await steward_token(folder)
    async with signed(http, token) as client:
        return await load_over(client, url, token, folder, (told if told is not None else []).append)


async def rows(database: Database) -> dict[str, int]:
    """How much there is of what an import makes."""
    tables = ("log", "concept", "organisation", "network", "membership", "case_version", "test_round", "observation")
    count = "select count(*) from "
    return {table: await database.pool.fetchval(count + table) for table in tables}


async def test_nothing_is_loaded_twice(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """A second start with the same files asks nothing of the service and leaves everything as it is, tokens too."""
    first = await started(http, folder)
    before, told = await rows(clean), list[str]()
    begun = time.process_time()
    assert await started(http, folder, told) == first
    assert time.process_time() - begun < 0.2
    assert told == []
    assert await rows(clean) == before


async def test_importing_again_changes_nothing(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """Files that are imported again, as after a change to one of them, make and log nothing that is there already."""
    token = (await started(http, folder)).tokens["admin"]
    before = await rows(clean)
    async with signed(http, token) as client:
        again = await import_bundles(client, [read_bundle(path) for path in FILES], Report(list[str]().append))
    assert again.failures == []
    assert again.summary.endswith(" already there")
    assert await rows(clean) == before


async def test_loading_is_quick(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """A first start does not keep anybody waiting: the demo costs less than three seconds of work."""
    begun = time.process_time()  # of the client and of the service, whatever else this machine is doing
    await started(http, folder)
    assert time.process_time() - begun < 3


async def test_tokens_are_kept_for_the_owner_alone(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """demo.json says where the service is and who can be tried, and nobody else on the machine can read it."""
    demo = await started(http, folder)
    path = folder / "demo.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept["url"] == URL
    assert set(kept["tokens"]) == {"lab_editor", "municipality_reader", "peer_reviewer", "outsider", "admin"}
    assert kept["tokens"] == demo.tokens


async def test_each_person_has_one_role_in_one_organisation(
    http: httpx.AsyncClient, clean: Database, folder: Path
) -> None:
    """The demo's people are members of one organisation each, and the administrator runs all of them."""
    demo = await started(http, folder)
    for name, person in PEOPLE.items():
        viewer = (await Client(http, demo.tokens[name]).ask(WHO))["viewer"]
        membership = {"role": person.role.value, "organisation": {"slug": person.organisation}}
        assert viewer == {"isSteward": False, "person": {"name": person.name}, "memberships": [membership]}
    admin = (await Client(http, demo.tokens["admin"]).ask(WHO))["viewer"]
    assert admin["isSteward"]
    assert {one["role"] for one in admin["memberships"]} == {"ADMIN"}
    assert {person.organisation for person in PEOPLE.values()} < {
        one["organisation"]["slug"] for one in admin["memberships"]
    }


async def test_three_share_a_network_and_the_outsider_is_in_none(
    http: httpx.AsyncClient, clean: Database, folder: Path
) -> None:
    """What the lab shares with the sample network reaches the municipality and the reviewer, and not the outsider."""
    tokens = (await started(http, folder)).tokens
    query = '{ network(slug: "sample-learning-network") { slug } }'
    seen = {name: (await Client(http, token).ask(query))["network"] is not None for name, token in tokens.items()}
    assert seen == {
        "lab_editor": True,
        "municipality_reader": True,
        "peer_reviewer": True,
        "admin": True,
        "outsider": False,
    }


async def test_only_the_address_changes_with_the_port(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """A start on another port refreshes the address in demo.json and nothing else."""
    first = await started(http, folder)
    await started(http, folder, url="http://127.0.0.1:8001")
    assert read_demo(folder) == Demo("http://127.0.0.1:8001", first.tokens, first.loaded)


async def test_changed_files_are_loaded(
    http: httpx.AsyncClient,
    clean: Database,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A demo that has grown is loaded at the next start, and its people keep their tokens."""
    first = await started(http, folder)
    added = tmp_path_factory.mktemp("more") / "more.yaml"
    added.write_text(
        "serra: 1\norganisations:\n- {slug: sample-town, names: {en: Sample town (fictional)}, kind: MUNICIPALITY,"
        " level: LOCAL, country: NO, isSample: true}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(load, "FILES", (*FILES, added))
    told: list[str] = []
    second = await started(http, folder, told)
    assert "organisations sample-town: made" in told
    assert second.tokens == first.tokens
    assert second.loaded != first.loaded


async def test_a_start_that_was_interrupted_goes_on(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """A start that ended after some files is followed by one that loads the rest, as the same administrator."""
    token = await steward_token(folder)
    async with signed(http, token) as client:
        some = [read_bundle(path) for path in FILES if path.name in {"vocabularies.yaml", "network.yaml"}]
        await import_bundles(client, some, Report(list[str]().append))
    demo = await started(http, folder)
    assert demo.tokens["admin"] == token
    assert demo.loaded


async def test_another_database_is_loaded_anew(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """Tokens of a database that is gone are not believed: the demo is loaded into the one that is there."""
    path = folder / "demo.json"
    gone = {name: f"serra_{name}" for name in (*PEOPLE, "admin")}
    path.write_text(json.dumps({"url": URL, "tokens": gone, "loaded": "before"}), encoding="utf-8")
    demo = await started(http, folder)
    assert demo.loaded
    assert not set(gone.values()) & set(demo.tokens.values())


async def test_a_damaged_demo_json_is_written_anew(http: httpx.AsyncClient, clean: Database, folder: Path) -> None:
    """A file that is no JSON, or not ours, does not keep Serra from starting."""
    for damage in ("{", "[]", '{"url": 1}'):
        (folder / "demo.json").write_text(damage, encoding="utf-8")
        assert read_demo(folder) == Demo()
    assert await steward_token(folder) == read_demo(folder).tokens["admin"]


async def test_what_is_refused_is_told_and_tried_again(
    http: httpx.AsyncClient, clean: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a part cannot be loaded, the start goes on with the rest and says why, and the next one tries again."""
    monkeypatch.setattr(load, "FILES", tuple(path for path in FILES if path.name != "vocabularies.yaml"))
    told: list[str] = []
    demo = await started(http, folder, told)
    assert any(line.startswith("olen.yaml:") and "There is no concept" in line for line in told)
    assert set(demo.tokens) == {*PEOPLE, "admin"}
    assert not demo.loaded
    monkeypatch.setattr(load, "FILES", FILES)
    assert (await started(http, folder)).loaded
