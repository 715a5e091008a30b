"""finishUpload, through GraphQL, with bytes sent to a real file store."""

import asyncio
import hashlib
from collections.abc import Callable

import httpx
import pytest

from infra.postgres.database import Database
from infra.storage.s3 import S3FileStore
from schema.compiler import ids
from services.artefacts.artefacts import finish_upload
from services.errors import DomainError, ErrorCode
from services.ports import Ports
from tests.client import Client
from tests.factories.artefacts import (
    FINISHED,
    REPORT,
    UPLOAD,
    announced,
    fetch,
    next_version,
    send,
    sent_file,
    stored_file,
)
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork, viewer_of_token

As = Callable[[str | None], Client]
LINK = "query($id: ID!) { artefact(id: $id) { currentVersion { number fileName mediaType size sha256 downloadUrl } } }"


@pytest.fixture
async def case(as_: As, network: SmallNetwork) -> str:
    """A case of Olen that its network may read."""
    return await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})


async def test_what_was_sent_comes_back(as_: As, network: SmallNetwork, case: str) -> None:
    """A reader of the case downloads exactly the bytes that its editor sent, under the name it was given."""
    begun = await sent_file(as_(network.olen_editor), subject=case)
    given = {"artefact": begun["artefact"]["id"]}
    finished = await as_(network.olen_editor).do("finishUpload", given, FINISHED)
    assert finished["version"]["state"] == "STORED"
    assert finished["artefact"]["currentVersion"] == {"number": 1}
    version = (await as_(network.pes_editor).ask(LINK, id=given["artefact"]))["artefact"]["currentVersion"]
    response = await fetch(version["downloadUrl"])
    assert response.content == REPORT
    assert hashlib.sha256(response.content).hexdigest() == version["sha256"]
    assert (version["number"], version["fileName"], version["size"]) == (1, "round 3.pdf", len(REPORT))
    assert response.headers["content-type"] == version["mediaType"] == "application/pdf"
    assert 'filename="round 3.pdf"' in response.headers["content-disposition"]


async def test_a_link_that_was_altered_serves_nothing(as_: As, network: SmallNetwork, case: str) -> None:
    """The link of one file is no way to another, nor to the same file without its signature."""
    artefact_id = await stored_file(as_(network.olen_editor), subject=case)
    url = (await as_(network.olen_editor).ask(LINK, id=artefact_id))["artefact"]["currentVersion"]["downloadUrl"]
    for altered in (url.partition("?")[0], url.replace("artefacts/", "artefacts/0", 1)):
        assert (await fetch(altered)).status_code in {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


async def test_outsiders_see_neither_file_nor_link(as_: As, network: SmallNetwork, case: str) -> None:
    """To whoever may not read the case its file does not exist: not by id, as a node, in a list or in a count."""
    artefact_id = await stored_file(as_(network.olen_editor), subject=case)
    query = """query($id: ID!) {
        artefact(id: $id) { currentVersion { downloadUrl } }
        node(id: $id) { id }
        case(slug: "olen-vision") { artefacts(first: 5) { totalCount nodes { id } } }
    }"""
    member = await as_(network.reviewer).ask(query, id=artefact_id)
    assert member["case"]["artefacts"] == {"totalCount": 1, "nodes": [{"id": artefact_id}]}
    for token in (network.outsider, None):
        assert await as_(token).ask(query, id=artefact_id) == {"artefact": None, "node": None, "case": None}


async def test_the_versions_of_an_unreadable_file_are_not_nodes(as_: As, network: SmallNetwork, case: str) -> None:
    """A version is read by the readers of its file, also by its own id."""
    begun = await sent_file(as_(network.olen_editor), subject=case)
    version_id = begun["version"]["id"]
    await as_(network.olen_editor).do("finishUpload", {"artefact": begun["artefact"]["id"]}, "artefact { id }")
    query = "query($id: ID!) { node(id: $id) { ... on ArtefactVersion { number downloadUrl } } }"
    assert (await as_(network.pes_editor).ask(query, id=version_id))["node"]["downloadUrl"]
    assert (await as_(network.outsider).ask(query, id=version_id))["node"] is None


async def test_finishing_again_changes_nothing(as_: As, network: SmallNetwork, case: str, clean: Database) -> None:
    """A repeated request, also one at the same time, finds the file stored, once."""
    editor = as_(network.olen_editor)
    given = {"artefact": (await sent_file(editor, subject=case))["artefact"]["id"]}
    answers = await asyncio.gather(*(editor.do("finishUpload", given, FINISHED) for _ in range(4)))
    assert {answer["version"]["state"] for answer in answers} == {"STORED"}
    count = "select count(*) from log where action = 'finish_upload'"
    assert await clean.pool.fetchval(count) == 1
    assert await clean.pool.fetchval("select count(*) from pgqueuer where entrypoint = 'extract'") == 1


async def test_a_file_that_has_not_arrived_is_waited_for(as_: As, network: SmallNetwork, case: str) -> None:
    """Finishing before sending is refused and spoils nothing."""
    editor = as_(network.olen_editor)
    begun = await editor.do("startUpload", announced(subject=case), UPLOAD)
    given = {"artefact": begun["artefact"]["id"]}
    assert await editor.refused("finishUpload", given) == [("WRONG_STATE", "")]
    assert await send(begun["upload"]) == httpx.codes.OK
    await editor.do("finishUpload", given, "artefact { id }")


async def test_the_store_refuses_other_bytes(as_: As, network: SmallNetwork, case: str) -> None:
    """The link takes the announced bytes and no others, so that nothing has arrived."""
    editor = as_(network.olen_editor)
    begun = await editor.do("startUpload", announced(subject=case), UPLOAD)
    assert await send(begun["upload"], REPORT.swapcase()) == httpx.codes.BAD_REQUEST
    assert await editor.refused("finishUpload", {"artefact": begun["artefact"]["id"]}) == [("WRONG_STATE", "")]


async def test_other_bytes_are_removed(
    as_: As, network: SmallNetwork, case: str, clean: Database, ports: Ports
) -> None:
    """Where a store let other bytes in, they are found, refused for good and removed."""
    editor = as_(network.olen_editor)
    begun = await editor.do("startUpload", announced(subject=case), UPLOAD)
    key = await clean.pool.fetchval("select storage_key from artefact_version")
    await _put(ports, key, b"Something else.", "text/plain")
    given = {"artefact": begun["artefact"]["id"]}
    mismatch = ("UPLOAD_MISMATCH", "")
    assert await editor.refused("finishUpload", given) == [mismatch, mismatch, mismatch]
    assert await ports.files.stored(key) is None
    assert await editor.refused("finishUpload", given) == [mismatch]
    assert await clean.pool.fetchval("select state from artefact_version") == "REFUSED"
    actions = await clean.pool.fetch("select action from log where subject_type = 'Artefact' order by id")
    assert [row["action"] for row in actions] == ["start_upload", "refuse_upload"]


@pytest.mark.parametrize(
    "content",
    [b"<!doctype html><script>alert(1)</script>", b"MZ\x90\x00\x03", b"plain words"],
    ids=["page", "program", "text"],
)
async def test_a_file_that_is_not_what_it_says_is_refused(  # noqa: PLR0917 - fixtures and the table's column
    as_: As, network: SmallNetwork, case: str, ports: Ports, clean: Database, content: bytes
) -> None:
    """A page, a program or a text does not travel as a picture, although its bytes are the announced ones."""
    editor = as_(network.olen_editor)
    begun = await sent_file(editor, content, subject=case, fileName="picture.png", mediaType="image/png")
    key = await clean.pool.fetchval("select storage_key from artefact_version")
    assert await editor.refused("finishUpload", {"artefact": begun["artefact"]["id"]}) == [("UPLOAD_MISMATCH", "")]
    assert await ports.files.stored(key) is None
    query = "query($id: ID!) { artefact(id: $id) { currentVersion { number } versions { state downloadUrl } } }"
    found = (await editor.ask(query, id=begun["artefact"]["id"]))["artefact"]
    assert found == {"currentVersion": None, "versions": [{"state": "REFUSED", "downloadUrl": None}]}


async def test_a_next_version_becomes_the_current_one(as_: As, network: SmallNetwork, case: str) -> None:
    """After a second upload readers get the new bytes, and the first version still has its own."""
    editor = as_(network.olen_editor)
    artefact_id = await stored_file(editor, subject=case)
    newer = REPORT + b"And the fourth.\n"
    begun = await editor.do("startUpload", next_version(newer, artefact=artefact_id), UPLOAD)
    versions = "query($id: ID!) { artefact(id: $id) { currentVersion { number } versions { number downloadUrl } } }"
    seen = (await as_(network.pes_editor).ask(versions, id=artefact_id))["artefact"]
    assert [version["number"] for version in seen["versions"]] == [1]
    assert await send(begun["upload"], newer) == httpx.codes.OK
    await editor.do("finishUpload", {"artefact": artefact_id, "version": begun["version"]["id"]}, "artefact { id }")
    seen = (await as_(network.pes_editor).ask(versions, id=artefact_id))["artefact"]
    assert seen["currentVersion"] == {"number": 2}
    contents = [(await fetch(version["downloadUrl"])).content for version in seen["versions"]]
    assert contents == [REPORT, newer]


async def test_versions_are_numbered_as_they_are_verified(as_: As, network: SmallNetwork, case: str) -> None:
    """The current version is the one that was verified last; finishing an earlier one again finds that one."""
    editor = as_(network.olen_editor)
    first = await sent_file(editor, subject=case)
    artefact_id = first["artefact"]["id"]
    begun = await editor.do("startUpload", next_version(b"%PDF-2", artefact=artefact_id), UPLOAD)
    await send(begun["upload"], b"%PDF-2")
    assert (first["version"]["number"], begun["version"]["number"]) == (None, None)
    for one, number in ((begun, 1), (first, 2), (begun, 1)):
        given = {"artefact": artefact_id, "version": one["version"]["id"]}
        finished = await editor.do("finishUpload", given, FINISHED)
        assert finished["version"]["number"] == number
    found = (await editor.ask(LINK, id=artefact_id))["artefact"]["currentVersion"]
    assert (found["number"], found["size"]) == (2, len(REPORT))


async def test_numbers_do_not_tell_of_unfinished_uploads(as_: As, network: SmallNetwork, case: str) -> None:
    """Readers see versions 1 and 2, however many uploads were begun, and refused, in between; Olen sees all of them."""
    editor = as_(network.olen_editor)
    artefact_id = await stored_file(editor, subject=case)
    waiting = await editor.do("startUpload", next_version(b"%PDF-2", artefact=artefact_id), UPLOAD)
    page = b"<html></html>"
    sent = await editor.do("startUpload", next_version(page, artefact=artefact_id), UPLOAD)
    await send(sent["upload"], page)
    assert await editor.refused("finishUpload", {"artefact": artefact_id}) == [("UPLOAD_MISMATCH", "")]
    good = await editor.do("startUpload", next_version(b"%PDF-3", artefact=artefact_id), UPLOAD)
    await send(good["upload"], b"%PDF-3")
    await editor.do("finishUpload", {"artefact": artefact_id}, "artefact { id }")
    query = "query($id: ID!) { artefact(id: $id) { currentVersion { number } versions { number state } } }"
    seen = (await as_(network.pes_editor).ask(query, id=artefact_id))["artefact"]
    assert seen["currentVersion"] == {"number": 2}
    assert seen["versions"] == [{"number": 1, "state": "STORED"}, {"number": 2, "state": "STORED"}]
    inside = (await editor.ask(query, id=artefact_id))["artefact"]["versions"]
    states = [(1, "STORED"), (2, "STORED"), (None, "AWAITED"), (None, "REFUSED")]
    assert [(one["number"], one["state"]) for one in inside] == states
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await as_(network.pes_editor).ask(node, id=waiting["version"]["id"]))["node"] is None


async def test_infected_files_cannot_be_fetched(as_: As, network: SmallNetwork, case: str, clean: Database) -> None:
    """Once malware was found there is no link any more, not even for the file's own organisation."""
    artefact_id = await stored_file(as_(network.olen_editor), subject=case)
    await clean.pool.execute("update artefact_version set scan_state = 'INFECTED'")
    found = await as_(network.olen_editor).ask(LINK, id=artefact_id)
    assert found["artefact"]["currentVersion"]["downloadUrl"] is None


async def test_only_its_editors_finish_uploads(as_: As, network: SmallNetwork, case: str) -> None:
    """An upload that waits is unknown outside its organisation, and not for its organisation's readers to finish."""
    begun = await sent_file(as_(network.olen_editor), subject=case)
    given = {"artefact": begun["artefact"]["id"]}
    assert await as_(network.pes_editor).refused("finishUpload", given) == [("NOT_FOUND", "artefact")]
    assert await as_(network.olen_reader).refused("finishUpload", given) == [("FORBIDDEN", "")]
    assert await as_(network.olen_editor).refused("finishUpload", {**given, "version": case}) == [
        ("NOT_FOUND", "version")
    ]
    assert await as_(network.olen_editor).refused("finishUpload", {"artefact": case}) == [("NOT_FOUND", "artefact")]
    await as_(network.olen_editor).do("finishUpload", given, "artefact { id }")
    assert await as_(network.pes_editor).refused("finishUpload", given) == [("FORBIDDEN", "")]


async def test_a_store_that_is_away_is_named(as_: As, network: SmallNetwork, case: str) -> None:
    """While the file store does not answer the request is refused as such, and the upload goes on waiting."""
    artefact_id = (await sent_file(as_(network.olen_editor), subject=case))["artefact"]["id"]
    viewer = await viewer_of_token(network.olen_editor)
    nowhere = S3FileStore("http://127.0.0.1:9", "us-east-1", "serra", "key", "secret")
    with pytest.raises(DomainError) as refused:
        await finish_upload(viewer, nowhere, ids.read(artefact_id, "Artefact"))
    assert [problem.code for problem in refused.value.problems] == [ErrorCode.UNAVAILABLE]
    await nowhere.aclose()
    await as_(network.olen_editor).do("finishUpload", {"artefact": artefact_id}, "artefact { id }")


async def _put(ports: Ports, key: str, content: bytes, media_type: str) -> None:
    """Bytes under a key, past what was announced."""
    digest = hashlib.sha256(content).hexdigest()
    link = await ports.files.upload_link(key, media_type=media_type, size=len(content), sha256=digest)
    async with httpx.AsyncClient(trust_env=False) as browser:
        response = await browser.request(link.method, link.url, headers=link.headers, content=content)
    assert response.status_code == httpx.codes.OK
