import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from granian.constants import Interfaces
from granian.server.embed import Server

from infra.bundles import import_files
from infra.demo.load import load_demo, steward_token
from infra.embedded import port_is_free
from infra.embedded.ports import free_ports
from infra.postgres.database import Database
from tests.client import Client
from tests.factories.bundles import CASE, NETWORK, ROUND, VOCABULARY, steward


@pytest_asyncio.fixture(loop_scope="session")
async def url(http: httpx.AsyncClient, clean: Database) -> AsyncIterator[str]:
    """The address of the application on a socket of this machine."""
    (port,) = free_ports(1)
    transport = http._transport
    assert isinstance(transport, httpx.ASGITransport)
    server = Server(transport.app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    for _ in range(500):
        if not port_is_free("127.0.0.1", port):
            break
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.gather(serving, return_exceptions=True)


def written(folder: Path, *texts: str) -> list[Path]:
    """Files with these texts."""
    paths = [folder / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


async def test_files_are_sent_over_http(url: str, tmp_path: Path) -> None:
    """Files arrive at an address, each thing is told in a line, and nothing is wrong."""
    told: list[str] = []
    files = written(tmp_path, VOCABULARY, NETWORK, CASE, ROUND)
    assert await import_files(url, await steward(), files, told.append) == 0
    assert told[0] == "concepts: 3 made"
    assert set(told[1:-1]) == {
        "organisations town: made",
        "organisations town-hall: made",
        "organisations friends: made",
        "networks learning: made",
        "cases counter: made",
        "labs shed: made",
        "events fair: made",
        "testRounds counter 1 by town: made",
        "practices one-counter: made",
    }
    assert told[-1] == "12 made"


async def test_a_file_that_cannot_be_read_keeps_all_from_being_sent(url: str, clean: Database, tmp_path: Path) -> None:
    """Every file is read before anything is sent, and each problem is told and counted."""
    told: list[str] = []
    files = [
        *written(tmp_path, VOCABULARY, "serra: 1\ncase: []\n", "serra: 1\ncases: [{slug: a}]"),
        tmp_path / "no.yaml",
    ]
    assert await import_files(url, await steward(), files, told.append) == 2
    assert told[0].startswith("1.yaml:2: case: There is no such section.")
    assert told[1].startswith("no.yaml: The file cannot be read: No such file or directory.")
    assert await clean.pool.fetchval("select count(*) from concept") == 0


async def test_files_of_the_same_name_are_told_apart(url: str, tmp_path: Path) -> None:
    """Where two files bear one name, problems are told with the way to each."""
    told: list[str] = []
    files = [tmp_path / folder / "case.yaml" for folder in ("north", "south")]
    for file in files:
        file.parent.mkdir()
        file.write_text("serra: 1\ncases: [{slug: a}]\n", encoding="utf-8")
    assert await import_files(url, await steward(), files, told.append) > 1
    assert {line.partition(":")[0] for line in told[:-1]} == {str(file) for file in files}


async def test_every_problem_of_every_file_is_counted(url: str, clean: Database, tmp_path: Path) -> None:
    """What does not fit the schema is told for all files at once, before anything is sent."""
    told: list[str] = []
    files = written(tmp_path, VOCABULARY, "serra: 1\ncases: [{slug: a}]\n", "serra: 1\nlabs: [{slug: a}]\n")
    assert await import_files(url, await steward(), files, told.append) == 5
    assert told[0] == "1.yaml:2: cases[0]: «kind» is missing."
    assert told[-1] == "5 problems"
    assert await clean.pool.fetchval("select count(*) from concept") == 0


async def test_an_address_without_a_serra_is_one_problem(tmp_path: Path) -> None:
    """Nobody at the address, and an address that is none, are told in one line."""
    (port,) = free_ports(1)
    nobody = f"http://127.0.0.1:{port}"
    for url, token, words in (
        (nobody, "serra_x", "Is it running there?"),
        ("serra.example.org", "serra_x", "missing an 'http://' or 'https://' protocol"),
        ("http://serra:here", "serra_x", "not well formed"),
        (nobody, "serra_ö", "not well formed"),
    ):
        told: list[str] = []
        assert await import_files(url, token, written(tmp_path, NETWORK), told.append) == 1
        assert words in told[0]
        assert told[1] == "1 problem"


async def test_a_token_that_is_not_valid_is_one_problem(url: str, tmp_path: Path) -> None:
    """A token that nobody has is told once."""
    told: list[str] = []
    assert await import_files(url, "serra_x", written(tmp_path, VOCABULARY, NETWORK), told.append) == 1
    assert "This token is not valid" in told[0]


async def test_the_demo_is_loaded_over_http(url: str, http: httpx.AsyncClient, tmp_path: Path) -> None:
    """A start loads the demo at its own address, and the tokens it leaves behind work there."""
    demo = await load_demo(url, await steward_token(tmp_path), tmp_path, list[str]().append)
    found = await Client(http, demo.tokens["peer_reviewer"]).ask(
        "{ viewer { person { name } } cases(first: 1) { totalCount } }"
    )
    assert found == {"viewer": {"person": {"name": "Demo peer reviewer"}}, "cases": {"totalCount": 6}}
