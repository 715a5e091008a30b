"""Files of a participant, and files that hold what a participant has withdrawn, through GraphQL and real parts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest

from infra.embedded import EmbeddedServers
from infra.extraction import TEXT_READERS
from infra.postgres.database import Database
from services.artefacts import jobs
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.withdrawn import forget_words, words_for
from services.ports import Ports
from tests.client import Client
from tests.factories.artefacts import REPORT, UPLOAD, announced, fetch, next_version, send, sent_file, stored_file
from tests.factories.cases import published_case
from tests.factories.comments import commented, reads, row_id
from tests.factories.network import SmallNetwork
from tests.factories.rounds import CONSENT, en, moved, observation, own_case, running

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
TEXT = {"fileName": "report.txt", "mediaType": "text/plain"}
HIDDEN: dict[str, Any] = {"participant": None, "currentVersion": None, "versions": []}
"""What others see of a file whose only version is withheld."""
SEEN = """query($id: ID!) { artefact(id: $id) { participant
  currentVersion { number } versions { number withheldAt downloadUrl } } }"""


async def alders_round(editor: Client, **start: Any) -> dict[str, Any]:
    """A running round in which Alder consented and was seen."""
    await own_case(editor)
    made = await running(editor, audience={"public": True}, recordsPeople=True, start=start)
    await moved(editor, "recordConsent", made, alias="Alder", coversRecording=True, **CONSENT)
    await moved(
        editor, "recordObservations", made, observations=[observation(made, "Stops at the second box.", alias="Alder")]
    )
    return made


async def test_whom_a_file_shows_is_known_inside(as_: As, network: SmallNetwork) -> None:
    """The pseudonym is read by the organisation alone, can be given afterwards, and stays when it is left out."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    file = await stored_file(editor, subject=made["id"])
    change = {"id": file, "kind": "RECORDING", "title": en("An interview")}
    await editor.do("editArtefact", change | {"participant": " ALDER "}, "artefact { id }")
    await editor.do("editArtefact", change, "artefact { id }")
    for token, shown in ((network.olen_reader, "ALDER"), (network.pes_editor, None), (None, None)):
        assert (await as_(token).ask(SEEN, id=file))["artefact"]["participant"] == shown
    for given in ({}, {"participant": None}):
        await editor.do("editArtefact", change | given, "artefact { id }")
        assert (await editor.ask(SEEN, id=file))["artefact"]["participant"] == "ALDER"
    await editor.do("editArtefact", change | {"participant": ""}, "artefact { id }")
    assert (await editor.ask(SEEN, id=file))["artefact"]["participant"] is None


@pytest.mark.parametrize(
    ("participant", "kind", "code"),
    [
        ("Cedar", "OTHER", "NOT_FOUND"),
        ("x", "OTHER", "NOT_FOUND"),
        ("Dogwood", "OTHER", "REQUIRED"),
        ("Birch", "RECORDING", "REQUIRED"),
    ],
)
async def test_a_file_of_somebody_needs_what_they_agreed_to(
    as_: As, network: SmallNetwork, participant: str, kind: str, code: str
) -> None:
    """Rule 4: nobody unknown, nobody who has withdrawn, and a recording of those alone who agreed to be recorded."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor, lawfulBasis="CONSENT")
    for alias in ("Birch", "Dogwood"):
        await moved(editor, "recordConsent", made, alias=alias, **CONSENT)
    await moved(editor, "withdrawConsent", made, alias="Dogwood")
    given = announced(subject=made["id"], kind=kind, participant=participant)
    assert await editor.refused("startUpload", given) == [(code, "participant")]
    file = await stored_file(editor, subject=made["id"])
    change = {"id": file, "kind": kind, "title": en("An interview"), "participant": participant}
    assert await editor.refused("editArtefact", change) == [(code, "participant")]
    assert await editor.do("startUpload", {**given, "participant": "alder"}, "artefact { id }")


async def test_only_a_rounds_file_shows_a_participant(as_: As, network: SmallNetwork) -> None:
    """A case has no participants; and the next version of a file shows whom the file shows."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    case = await published_case(editor, slug="another", audience={"public": True})
    assert await editor.refused("startUpload", announced(subject=case, participant="Alder")) == [
        ("INVALID", "participant")
    ]
    file = await stored_file(editor, subject=made["id"])
    assert await editor.refused("startUpload", next_version(b"x", artefact=file, participant="Alder")) == [
        ("INVALID", "participant")
    ]


async def test_an_upload_of_somebody_who_leaves_meanwhile_is_gone(
    as_: As, network: SmallNetwork, ports: Ports, work: Work
) -> None:
    """What was sent before the withdrawal and not finished is removed, and can be finished no more."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    sent = await sent_file(editor, subject=made["id"], participant="Alder")
    (version,) = await ArtefactVersion.select(ArtefactVersion.storage_key)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    assert await ports.files.stored(version["storage_key"]) is None
    assert await editor.refused("finishUpload", {"artefact": sent["artefact"]["id"]}) == [("NOT_FOUND", "artefact")]
    later = await Artefact.raw("select count(*) as n from pgqueuer where entrypoint = 'remove_file'")
    assert later[0]["n"] == 1  # once more when no link lets anything in any longer


@pytest.mark.parametrize("arrives", [REPORT, b"Something else"])
async def test_a_link_that_still_works_brings_nothing_back(  # noqa: PLR0917 - fixtures come by name
    as_: As, network: SmallNetwork, ports: Ports, work: Work, clean: Database, arrives: bytes
) -> None:
    """Bytes that are sent to the link again after a verified or a refused file went are gone when the link is."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    sent = await editor.do("startUpload", announced(subject=made["id"], participant="Alder"), UPLOAD)
    (version,) = await ArtefactVersion.select(ArtefactVersion.storage_key)
    await ports.files.put(version["storage_key"], arrives, media_type="application/pdf")
    await editor.change("finishUpload", {"artefact": sent["artefact"]["id"]}, "__typename")
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    assert await send(sent["upload"]) == httpx.codes.OK
    assert await ports.files.stored(version["storage_key"])
    await clean.pool.execute("update pgqueuer set execute_after = now()")
    await work()
    assert await ports.files.stored(version["storage_key"]) is None


async def test_a_withheld_version_waits_for_the_next(as_: As, network: SmallNetwork, ports: Ports, work: Work) -> None:
    """The organisation fetches it to make another; others cannot; with the next version its bytes and its row go."""
    editor, anybody = as_(network.olen_editor), as_(None)
    made = await alders_round(editor)
    file = await stored_file(editor, b"One stops at the second box, some don't.", subject=made["id"], **TEXT)
    (version,) = await ArtefactVersion.select(ArtefactVersion.storage_key)
    await work()
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    (inside,) = (await editor.ask(SEEN, id=file))["artefact"]["versions"]
    assert (await anybody.ask(SEEN, id=file))["artefact"] == HIDDEN
    assert inside["withheldAt"]
    assert b"second box" in (await fetch(inside["downloadUrl"])).content
    kinds = (await editor.ask("{ viewer { notifications(first: 9) { nodes { kind subject { id } } } } }"))["viewer"]
    assert kinds["notifications"]["nodes"] == [{"kind": "FILE_WITHHELD", "subject": {"id": file}}]
    clean = b"Some stop early."
    payload = await editor.do("startUpload", next_version(clean, artefact=file, **TEXT), UPLOAD)
    await send(payload["upload"], clean)
    await editor.do("finishUpload", {"artefact": file}, "artefact { id }")
    await work()
    (left,) = (await anybody.ask(SEEN, id=file))["artefact"]["versions"]
    assert left["number"] == 2
    assert (await fetch(left["downloadUrl"])).content == clean
    assert await ports.files.stored(version["storage_key"]) is None
    assert (await fetch(inside["downloadUrl"])).status_code == httpx.codes.NOT_FOUND


async def test_the_same_words_again_are_withheld_again(as_: As, network: SmallNetwork, work: Work) -> None:
    """A file that is uploaded after the withdrawal with the words still in it is withheld, too."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    file = await stored_file(editor, b"One stops at the second box.", subject=made["id"], **TEXT)
    await work()
    assert (await as_(None).ask(SEEN, id=file))["artefact"] == HIDDEN
    (version,) = await ArtefactVersion.select(ArtefactVersion.text)
    assert version["text"] == "One […]."


async def test_a_word_or_two_are_no_reason_to_withhold(as_: As, network: SmallNetwork, work: Work) -> None:
    """A very short observation leaves the text that is searched, and the file can be fetched as before."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    await moved(editor, "recordObservations", made, observations=[observation(made, "Zirkelschluss", alias="Alder")])
    file = await stored_file(editor, b"A Zirkelschluss it is.", subject=made["id"], **TEXT)
    await work()
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    (version,) = await ArtefactVersion.select(ArtefactVersion.text)
    assert version["text"] == "A […] it is."
    assert [one["downloadUrl"] is None for one in (await as_(None).ask(SEEN, id=file))["artefact"]["versions"]] == [
        False
    ]


async def test_files_that_cannot_be_searched_are_told_of_and_withheld_by_hand(
    as_: As, network: SmallNetwork, work: Work
) -> None:
    """Olen is told to look through them; withholdVersion keeps one from others, once, and refuses what is not there."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    file = await stored_file(editor, subject=made["id"])
    await work()
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await work()
    inbox = (await editor.ask("{ viewer { notifications(first: 9) { nodes { kind subject { id } } } } }"))["viewer"]
    assert inbox["notifications"]["nodes"] == [{"kind": "FILES_TO_CHECK", "subject": {"id": made["id"]}}]
    for _ in range(2):
        await editor.do("withholdVersion", {"artefact": file, "number": 1}, "artefact { versions { withheldAt } }")
    assert (await as_(None).ask(SEEN, id=file))["artefact"] == HIDDEN
    lines = await Artefact.raw("select count(*) as n from log where action = 'withhold_version'")
    assert lines[0]["n"] == 1
    assert await editor.refused("withholdVersion", {"artefact": file, "number": 2}) == [("NOT_FOUND", "number")]
    for token in (network.pes_editor, network.olen_reader):
        assert await as_(token).refused("withholdVersion", {"artefact": file, "number": 1}) == [("FORBIDDEN", "")]


async def test_what_is_withheld_is_not_found(as_: As, network: SmallNetwork, work: Work) -> None:
    """What was withheld by hand leaves search, and outside the version is as if it were not there.

    What readers have is the version before it; they speak of that, and not of the other.
    """
    editor, anybody, pes = as_(network.olen_editor), as_(None), as_(network.pes_editor)
    case = await own_case(editor)
    file = await stored_file(editor, b"The old one, a metallophone.", subject=case, **TEXT)
    payload = await editor.do("startUpload", next_version(b"She hit the xylophone.", artefact=file, **TEXT), UPLOAD)
    await send(payload["upload"], b"She hit the xylophone.")
    await editor.do("finishUpload", {"artefact": file}, "artefact { id }")
    await work()
    node = "query($id: ID!) { node(id: $id) { id ... on ArtefactVersion { fileName size sha256 } } }"
    assert (await found(anybody, "xylophone"), await found(anybody, "metallophone")) == (1, 0)
    assert (await anybody.ask(node, id=payload["version"]["id"]))["node"]

    await editor.do("withholdVersion", {"artefact": file, "number": 2}, "artefact { id }")
    await work()

    for client in (anybody, pes, editor):
        assert (await found(client, "xylophone"), await found(client, "metallophone")) == (0, 1)
    seen = (await anybody.ask(SEEN, id=file))["artefact"]
    assert seen["currentVersion"] == {"number": 1}
    assert [one["number"] for one in seen["versions"]] == [1]
    assert (await anybody.ask(node, id=payload["version"]["id"]))["node"] is None
    assert (await editor.ask(node, id=payload["version"]["id"]))["node"]
    assert (await editor.ask(SEEN, id=file))["artefact"]["currentVersion"] == {"number": 2}
    spoken = "comment { subjectVersion }"
    for client, number in ((pes, 1), (editor, 2)):
        said = await client.do("addComment", {"subject": file, "body": "Hm."}, spoken)
        assert said["comment"] == {"subjectVersion": number}
    given = {"subject": file, "body": "Hm.", "subjectVersion": 2}
    assert await pes.refused("addComment", given) == [("NOT_FOUND", "subjectVersion")]


async def test_what_is_said_of_a_withheld_version_stays_inside(as_: As, network: SmallNetwork) -> None:
    """What its organisation says of it, or answers, it alone reads; what others said of it before quotes it no more."""
    editor, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await own_case(editor)
    file = await stored_file(editor, subject=case)
    quoting = {"anchor": {"quote": "Alder weeps", "prefix": "At noon", "suffix": "again"}}
    before = await commented(pes, file, "Is that them?", **quoting)
    await editor.do("withholdVersion", {"artefact": file, "number": 1}, "artefact { id }")
    inside = await commented(editor, file, "It shows Alder Smith.", **quoting)
    answer = await commented(editor, file, "Yes, Alder Smith.", replyTo=before)
    query = "query($id: ID!) { node(id: $id) { ... on Comment { body anchor { quote prefix suffix } revision } } }"
    for client in (pes, as_(None)):
        shown = {"body": "Is that them?", "anchor": None, "revision": 2}
        assert (await client.ask(query, id=before))["node"] == shown
        assert not await reads(client, inside)
        assert not await reads(client, answer)
    assert (await as_(network.olen_reader).ask(query, id=inside))["node"]["anchor"] == quoting["anchor"]
    lines = await Artefact.raw("select count(*) as n from log where action = 'redact_comment'")
    assert lines[0]["n"] == 1


async def test_a_withheld_version_stands_behind_the_second_wall(
    as_: As, network: SmallNetwork, servers: EmbeddedServers
) -> None:
    """Rows of versions that are withheld or unfinished open to the key of their file's organisation alone."""
    editor = as_(network.olen_editor)
    file = await stored_file(editor, subject=await own_case(editor))
    wall = await asyncpg.connect(servers.database_url)
    counted: list[list[int]] = []
    try:
        for step in ("stored", "withheld", "next"):
            if step == "withheld":
                await editor.do("withholdVersion", {"artefact": file, "number": 1}, "artefact { id }")
            elif step == "next":
                await editor.do("startUpload", next_version(b"More.", artefact=file), UPLOAD)
            counted.append([await _versions(wall, keys) for keys in ("public", f"public,organisation:{network.olen}")])
    finally:
        await wall.close()
    assert counted == [[1, 1], [0, 1], [0, 2]]


async def _versions(wall: "asyncpg.Connection[asyncpg.Record]", keys: str) -> int:
    async with wall.transaction():
        await wall.execute("set local role serra_reader")
        await wall.execute("select set_config('app.keyring', $1, true)", keys)
        count: int = await wall.fetchval("select count(*) from artefact_version")
    return count


async def found(client: Client, word: str) -> int:
    """How many things, and snippets, somebody finds by a word; both are the same number."""
    query = "query($q: String!) { search(query: $q) { totalCount edges { snippets { text } } } }"
    answer = (await client.ask(query, q=word))["search"]
    shown = [one for edge in answer["edges"] for one in edge["snippets"] if word in one["text"]]
    assert len(shown) == answer["totalCount"]
    count: int = answer["totalCount"]
    return count


async def test_a_file_that_is_being_read_meanwhile_keeps_nothing(
    as_: As, network: SmallNetwork, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that was held against the words of before is not stored behind the back of whoever looks for them."""
    editor = as_(network.olen_editor)
    made = await alders_round(editor)
    await stored_file(editor, b"One stops at the second box.", subject=made["id"], **TEXT)
    (version,) = await ArtefactVersion.select(ArtefactVersion.id)
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(artefact: Artefact, uploaded_at: datetime) -> Any:
        prints = await words_for(artefact, uploaded_at)
        looked.set()
        await go_on.wait()
        return prints

    monkeypatch.setattr(jobs, "words_for", slowly)
    reading = asyncio.create_task(jobs.extract_text(ports.files, TEXT_READERS, version["id"]))
    await looked.wait()
    await moved(editor, "withdrawConsent", made, alias="Alder")
    forgetting = asyncio.create_task(forget_words(row_id(made["id"]), "1"))
    done, _ = await asyncio.wait({forgetting}, timeout=0.3)
    assert not done
    go_on.set()
    await asyncio.gather(reading, forgetting)
    (kept,) = await ArtefactVersion.select(ArtefactVersion.text)
    assert kept["text"] == "One […]."
