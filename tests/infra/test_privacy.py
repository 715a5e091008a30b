"""The commands with which whoever runs Serra hands out, erases and lets go of what is held about people."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from stat import S_IMODE

import httpx
import pytest

from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from infra.worker import worker
from services.ports import Ports
from services.test_rounds.tables import Consent, TestRound
from tests.client import Client
from tests.commands import serra_command
from tests.factories.cases import content, published_case
from tests.factories.network import SmallNetwork
from tests.factories.privacy import EMAIL, HOME, NAME, joined
from tests.factories.rounds import moved, own_case, running

Serra = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@pytest.fixture
def serra(servers: EmbeddedServers) -> Serra:
    """Run `serra …` on the suite's database, which is all they need; what is to be typed comes as `says`."""

    async def run(*arguments: str, says: str = "") -> "subprocess.CompletedProcess[str]":
        url = servers.database_url
        return await asyncio.to_thread(serra_command, *arguments, says=says, SERRA_DATABASE_URL=url)

    return run


async def test_an_export_is_a_file_for_its_owner_alone(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """`export-person` writes a new file of mode 0600, or prints the same; it never writes over a file."""
    ada, _, _ = await joined(network, http)
    to = tmp_path / "ada.json"
    done = await serra("export-person", EMAIL, "--to", str(to))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{NAME}, {EMAIL}, id {ada}\n")
    assert S_IMODE(to.stat().st_mode) == 0o600
    told = json.loads(to.read_text(encoding="utf-8"))
    assert told["sections"]["profile"]["rows"][0]["name"] == NAME
    assert (await serra("export-person", EMAIL, "--to", str(to))).returncode == 1
    printed = json.loads((await serra("export-person", str(ada))).stdout)
    assert printed["sections"] == told["sections"]
    nowhere = await serra("export-person", EMAIL, "--to", str(tmp_path / "none" / "ada.json"))
    assert (nowhere.returncode, nowhere.stderr.splitlines()[-1]) == (
        1,
        f"{tmp_path / 'none' / 'ada.json'} cannot be written: No such file or directory. Name a new file elsewhere.",
    )
    refused = await serra("export-person", "nobody@serra.example")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Nobody here has the address" in refused.stderr


async def test_somebody_is_erased_and_erased_again(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient, clean: Database, tmp_path: Path
) -> None:
    """`erase-person` shows whom, asks, and prints a receipt, which is checked, listed, and used after a restore."""
    ada, _, _ = await joined(network, http)
    asked = await serra("erase-person", EMAIL, says="n\n")
    assert (asked.returncode, asked.stdout) == (1, "")
    shown, question = asked.stderr.split("Erase this person")
    assert question.endswith("[y/N]: Nobody was erased.\n")
    assert shown.splitlines()[0] == f"{NAME}, {EMAIL}, id {ada}"
    assert f"EDITOR of {HOME}" in shown
    assert "Goes: name and address, memberships 1, tokens 1" in shown
    assert await clean.pool.fetchval("select name from person where id = $1", ada) == NAME
    done = await serra("erase-person", EMAIL, says="y\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["by"] == "OPERATOR"
    receipt, listed = tmp_path / "receipt.json", tmp_path / "erasures.jsonl"
    receipt.write_text(done.stdout, encoding="utf-8")
    listed.write_text((await serra("erasures")).stdout, encoding="utf-8")
    assert listed.read_text(encoding="utf-8").strip() == done.stdout.strip()
    assert "word for word" in (await serra("check-receipt", str(receipt))).stdout
    assert (await serra("erase-again", str(listed))).stdout == "Nobody had come back.\n"
    await clean.pool.execute("update person set erased_at = null, name = $2 where id = $1", ada, NAME)
    assert (await serra("check-receipt", str(receipt))).returncode == 1
    assert (await serra("erase-again", str(listed))).stdout.endswith("1 had come back and are erased again.\n")
    assert await clean.pool.fetchval("select name from person where id = $1", ada) == ""


async def test_what_bears_their_name_is_shown_and_taken_when_named(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient
) -> None:
    """Both commands show each match on the terminal, with the option that takes it; without that it is left alone."""
    await joined(network, http)
    olen = Client(http, network.olen_editor)
    contacts = [{"name": NAME, "source": "The minutes"}]
    case = await published_case(olen, content=content(contacts=contacts), audience={"public": True})
    query = "query($id: ID!) { node(id: $id) { ... on Case { contacts { name } } } }"
    left = await serra("export-person", EMAIL)
    assert "without --also contact:olen-vision" in left.stderr
    assert "The minutes" in left.stderr
    assert "The minutes" not in left.stdout
    taken = await serra("export-person", EMAIL, "--also", "contact:olen-vision")
    assert "left alone" not in taken.stderr
    (row,) = json.loads(taken.stdout)["named_by_the_operator"]["contact:olen-vision"]
    assert (row["source"], row["version"]) == ("The minutes", 1)
    asked = await serra("erase-person", EMAIL, says="n\n")
    assert "left alone without --also contact:olen-vision" in asked.stderr
    named = ("--also", "contact:olen-vision")
    assert "Goes, as you said: contact:olen-vision" in (await serra("erase-person", EMAIL, *named, says="n\n")).stderr
    wrong = await serra("erase-person", EMAIL, "--yes", "--also", "contact:another")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "there is contact:olen-vision" in wrong.stderr
    assert (await olen.ask(query, id=case))["node"]["contacts"] == [{"name": NAME}]
    done = await serra("erase-person", EMAIL, *named, says="y\n")
    assert json.loads(done.stdout)["counts"]["case_contact.name"] == 1
    assert (await olen.ask(query, id=case))["node"]["contacts"] == []


async def test_a_name_cannot_write_on_the_terminal(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient, clean: Database
) -> None:
    """What moves the cursor, begins a line or turns the direction of writing is shown as its code."""
    ada, _, _ = await joined(network, http)
    await clean.pool.execute("update person set name = $2 where id = $1", ada, "Ada\n\x1b[2K\u202eé")
    asked = await serra("erase-person", EMAIL, says="n\n")
    assert asked.stderr.splitlines()[0] == f"Ada\\n\\x1b[2K\\u202eé, {EMAIL}, id {ada}"


async def test_a_last_administrator_is_refused_in_words(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient, clean: Database
) -> None:
    """The command names the organisation that would be without one, does not ask, and erases nobody."""
    _, _, _ = await joined(network, http, role="ADMIN")
    await clean.pool.execute(
        "delete from membership where role = 'ADMIN' and person <> (select id from person where email = $1)", EMAIL
    )
    for refused in (await serra("erase-person", EMAIL, "--yes"), await serra("erase-person", EMAIL, says="y\n")):
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"This is the last administrator of «{HOME}». Hand that over first")
        assert len(refused.stderr.splitlines()) == 1


async def test_nobody_is_asked_about_somebody_who_is_not_there(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient
) -> None:
    """Unknown, and erased already: the command says which and what to do, and asks nothing."""
    unknown = await serra("erase-person", "nobody@serra.example", says="y\n")
    assert unknown.stderr.startswith("Nobody here has the address «nobody@serra.example»; ")
    ada, _, _ = await joined(network, http)
    assert (await serra("erase-person", EMAIL, "--yes")).returncode == 0
    again = await serra("erase-person", str(ada), says="y\n")
    assert again.stderr.startswith("This person was erased on ")
    assert "`serra erasures`" in again.stderr
    assert "cannot be undone" not in unknown.stderr + again.stderr


async def test_retention_is_previewed_and_run(
    serra: Serra, network: SmallNetwork, http: httpx.AsyncClient, clean: Database
) -> None:
    """`retention --dry-run` tells how much would go; without it, it goes, told once; or nothing is due."""
    editor = Client(http, network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    consent = {"alias": "Alder", "purpose": "x", "wordingVersion": "1", "retainUntil": "2050-12-31"}
    await moved(editor, "recordConsent", made, **consent)
    await TestRound.update({TestRound.retain_until: date(2026, 1, 1)}, force=True)
    assert "test_round: 1\n" in (await serra("retention", "--dry-run")).stdout
    assert await Consent.count() == 1
    assert (await serra("retention")).stdout == "consents: 1 let go\n"
    assert await Consent.count() == 0
    assert (await serra("retention")).stdout == "Nothing is due.\n"


async def test_the_worker_lets_go_every_night(open_database: Database, ports: Ports) -> None:
    """Retention is among what the worker does by the clock, once a day."""
    schedules = worker(open_database, ports).sm.registry
    assert [key.entrypoint for key in schedules if key.expression == "47 3 * * *"] == ["retention"]
