"""What happens to uploads by themselves: reading their text, and clearing away what never arrived."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from infra.extraction import TEXT_READERS
from infra.postgres.database import Database
from services.artefacts import document
from services.artefacts.artefacts import files_of
from services.artefacts.jobs import LARGEST_READ, extract_text, sweep_uploads
from services.artefacts.rules import PATIENCE
from services.ports import Ports
from tests.client import Client
from tests.factories.artefacts import UPLOAD, announced, next_version, send, sent_file, stored_file
from tests.factories.cases import drafted_case, published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
NOTES = "Öppna dörrar på måndagar.".encode()
EXISTS = "query($id: ID!) { artefact(id: $id) { versions { number } } }"


@pytest.fixture
async def case(as_: As, network: SmallNetwork) -> str:
    """A case of Olen that everyone may read."""
    return await published_case(as_(network.olen_editor), audience={"public": True})


async def stored(editor: Client, database: Database, content: bytes, media_type: str, case: str) -> UUID:
    """The version of a file of a type."""
    await stored_file(editor, content, subject=case, fileName="notes", mediaType=media_type)
    version: UUID = await database.pool.fetchval("select id from artefact_version")
    return version


async def test_text_is_kept_and_indexed(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """The words of a text file are found with its title, in the language of that, by those who may read the file."""
    version = await stored(as_(network.olen_editor), clean, NOTES, "text/plain", case)
    for _ in range(2):
        await extract_text(ports.files, TEXT_READERS, version)
    assert await clean.pool.fetchval("select text from artefact_version") == NOTES.decode()
    artefact_id = await clean.pool.fetchval("select id from artefact")
    made = await document.document(artefact_id)
    assert made is not None
    assert made.texts["en"].title == "What the third round told us"
    assert NOTES.decode() in made.texts["en"].body
    assert "public" in made.audience
    assert made.facets["organisation"] == ("olen",)
    case_id = await clean.pool.fetchval('select id from "case"')
    assert await files_of("Case", case_id) == [artefact_id]


async def test_files_are_found_by_their_words(
    as_: As, network: SmallNetwork, clean: Database, ports: Ports, work: Work
) -> None:
    """A file of a draft is found by its owner, and once the draft is published by everyone who may read that."""
    editor = as_(network.olen_editor)
    draft = await drafted_case(editor, audience={"networks": ["learning"]})
    version = await stored(editor, clean, NOTES, "text/plain", draft)
    await extract_text(ports.files, TEXT_READERS, version)
    await work()
    assert await _found(as_(network.olen_reader)) == ["Artefact"]
    assert await _found(as_(network.pes_editor)) == []
    await editor.do("submitCase", {"id": draft}, "case { id }")
    await editor.do("publishCase", {"id": draft}, "case { id }")
    await work()
    assert await _found(as_(network.pes_editor)) == ["Artefact"]
    assert await _found(as_(network.outsider)) == []


async def test_infected_text_is_not_indexed(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """Of a file in which malware was found only the title can be searched."""
    version = await stored(as_(network.olen_editor), clean, NOTES, "text/plain", case)
    await extract_text(ports.files, TEXT_READERS, version)
    await clean.pool.execute("update artefact_version set scan_state = 'INFECTED'")
    made = await document.document(await clean.pool.fetchval("select id from artefact"))
    assert made is not None
    assert NOTES.decode() not in made.texts["en"].body


async def test_an_upload_that_waits_is_not_indexed(as_: As, network: SmallNetwork, case: str, clean: Database) -> None:
    """What was only announced is not to be found."""
    await sent_file(as_(network.olen_editor), subject=case)
    assert await document.document(await clean.pool.fetchval("select id from artefact")) is None


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(b"%PDF-1.7", "application/pdf", id="a type without reader"),
        pytest.param(b'{"a": ', "application/json", id="a damaged file"),
        pytest.param(b'{"a":' * 100_000, "application/json", id="a file made to exhaust"),
    ],
)
async def test_what_cannot_be_read_keeps_no_text(  # noqa: PLR0917 - fixtures and the table's columns
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports, content: bytes, media_type: str
) -> None:
    """A file whose text cannot be read stays as it is and is found by its title."""
    version = await stored(as_(network.olen_editor), clean, content, media_type, case)
    await extract_text(ports.files, TEXT_READERS, version)
    assert await clean.pool.fetchval("select text from artefact_version") is None


async def test_files_too_large_to_be_read_are_left(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """A file that would fill the memory is not read."""
    version = await stored(as_(network.olen_editor), clean, NOTES, "text/plain", case)
    await clean.pool.execute("update artefact_version set size = $1", LARGEST_READ + 1)
    await extract_text(ports.files, TEXT_READERS, version)
    assert await clean.pool.fetchval("select text from artefact_version") is None


async def test_unfinished_uploads_are_removed_after_a_day(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """An upload that nobody finished goes with its bytes and, where it was the first, its file; younger ones stay."""
    editor = as_(network.olen_editor)
    old = (await sent_file(editor, subject=case, idempotencyKey="old"))["artefact"]["id"]
    key = await clean.pool.fetchval("select storage_key from artefact_version")
    await _age(clean, PATIENCE)
    young = (await sent_file(editor, subject=case))["artefact"]["id"]
    assert await sweep_uploads(ports.files) == 1
    assert await sweep_uploads(ports.files) == 0
    assert (await editor.ask(EXISTS, id=old))["artefact"] is None
    assert (await editor.ask(EXISTS, id=young))["artefact"]
    assert await ports.files.stored(key) is None
    assert await editor.refused("finishUpload", {"artefact": old}) == [("NOT_FOUND", "artefact")]
    assert await clean.pool.fetchval("select action from log order by id desc limit 1") == "sweep_upload"


async def test_a_key_whose_upload_is_gone_can_not_be_used_again(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """The same request after the sweep is told that its upload is gone, instead of getting a link to nothing."""
    editor = as_(network.olen_editor)
    await sent_file(editor, subject=case, idempotencyKey="once")
    await _age(clean, PATIENCE)
    await sweep_uploads(ports.files)
    given = announced(subject=case, idempotencyKey="once")
    assert await editor.refused("startUpload", given) == [("WRONG_STATE", "idempotencyKey")]


async def test_stored_versions_are_never_swept(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """The sweep takes an unfinished second version and leaves the file and its first."""
    editor = as_(network.olen_editor)
    artefact_id = await stored_file(editor, subject=case)
    begun = await editor.do("startUpload", next_version(NOTES, artefact=artefact_id, mediaType="text/plain"), UPLOAD)
    assert await send(begun["upload"], NOTES) == httpx.codes.OK
    await _age(clean, PATIENCE)
    assert await sweep_uploads(ports.files) == 1
    assert (await editor.ask(EXISTS, id=artefact_id))["artefact"]["versions"] == [{"number": 1}]
    key = await clean.pool.fetchval("select storage_key from artefact_version")
    assert await ports.files.stored(key)


async def _age(database: Database, by: timedelta) -> None:
    """As if all uploads had been announced so much earlier."""
    await database.pool.execute("update artefact_version set created_at = created_at - $1::interval", by)


async def _found(client: Client) -> list[str]:
    """The types of what a question in the words of the file finds."""
    found = (await client.ask('{ search(query: "måndagar") { edges { node { __typename } } } }'))["search"]
    return [edge["node"]["__typename"] for edge in found["edges"]]
