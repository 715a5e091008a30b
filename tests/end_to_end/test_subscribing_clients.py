"""The clients of graphql-ws and graphql-sse, as applications use them, with a running Serra."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.judging import checks, world
from tests.end_to_end.outside import JUDGES, from_npm
from tests.end_to_end.running import Running, start

_CLIENTS = ("graphql-ws@6.4.2", "graphql-sse@2.6.1", "graphql@16.15.0", "ws@8.23.0")
_JUDGED = {"over-websocket.mjs": (5, 12), "over-sse.mjs": (5, 10)}
"""How many checks each has, in its short form and as a whole."""


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both clients in it, and with what is asked of them."""
    folder = from_npm(tmp_path_factory.mktemp("clients"), "The clients of graphql-ws and graphql-sse", *_CLIENTS)
    for judge in ("judging.mjs", "over-restarts.mjs", *_JUDGED):
        shutil.copy(JUDGES / judge, folder)
    return folder


@pytest.mark.parametrize("judge", _JUDGED)
def test_a_client_follows_what_happens(serra: Running, clients: Path, judge: str) -> None:
    """Each subscription gets the event of a write over HTTP; a wrong token and a wrong query are told as such."""
    assert checks(clients, judge, world(serra) | {"short": True}) == _JUDGED[judge][0]


@pytest.mark.deep
@pytest.mark.parametrize("judge", _JUDGED)
def test_a_client_may_use_the_whole_protocol(serra: Running, clients: Path, judge: str) -> None:
    """Completing, silence, pings, lazy and eager connections, queries, refusals: all as the client expects it."""
    assert checks(clients, judge, world(serra)) == _JUDGED[judge][1]


@pytest.mark.deep
def test_clients_follow_on_when_their_server_is_replaced(clients: Path, tmp_path: Path) -> None:
    """A server that stops says goodbye so that both clients subscribe again by themselves, and hear what comes."""
    serra = start(tmp_path / "data")
    try:
        with subprocess.Popen(
            [shutil.which("node") or "", "over-restarts.mjs", json.dumps(world(serra))],
            cwd=clients,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as following:
            try:
                assert following.stdout is not None
                assert following.stdout.readline() == "ready\n"
                serra.stop()
                serra = start(serra.folder, serra.port)
                said, _ = following.communicate("again\n", timeout=60)
            finally:
                following.kill()
        assert json.loads(said)[0] == "1001 This server stops. Subscribe again."
    finally:
        serra.stop()
