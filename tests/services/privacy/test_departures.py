"""Whoever leaves a round leaves everything that can be read, found, counted or fetched (rule 5, U4)."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

import infra.worker
from infra.postgres.database import Database
from infra.postgres.piccolo_app import TABLES
from services.artefacts import jobs, participants, withdrawn
from services.artefacts.tables import ArtefactVersion
from services.comments import departures as comments
from services.ports import Ports
from services.privacy import departures
from services.reviews import departures as reviews
from services.search.search import index
from services.test_rounds import departures as rounds
from services.test_rounds.tables import WithdrawnWords
from tests.client import Client
from tests.emptying import empty
from tests.factories.artefacts import fetch, next_version, send
from tests.factories.departures import EVERYTHING, LEAVING, SCENES, STAYING, Played, Scene, leave, play
from tests.factories.network import SmallNetwork, small_network

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Work = Callable[[], Awaitable[None]]
Mistake = Callable[[pytest.MonkeyPatch, Connection], AbstractAsyncContextManager[None]]

LOOK = """query($id: ID!, $case: ID!) {
  testRound: node(id: $id) { ... on TestRound {
    observations(first: 9) { totalCount nodes { alias text { text } quote { text } } }
    findings { statement { text } action { text } observations { id } }
    verdicts { note { text } } decisionReason { text } deviations { change { text } reason { text } }
    comments(first: 50) { totalCount nodes { body anchor { quote prefix suffix } } }
    reviews(first: 9) { nodes { body } }
    artefacts(first: 9) { totalCount nodes { ...file } } } }
  case: node(id: $case) { ... on Case {
    comments(first: 50) { totalCount nodes { body } } artefacts(first: 9) { totalCount nodes { ...file } } } }
  viewer { dataExport { downloadUrl } notifications(first: 20) { nodes { kind } } }
}
fragment file on Artefact {
  title { text } participant comments(first: 9) { totalCount nodes { body } }
  versions { fileName withheldAt downloadUrl } }"""
FIND = """query($q: String!) { search(query: $q) {
  totalCount facets { buckets { value count } } edges { snippets { text } node { ... on Node { id } } } } }"""
HELD = ("comment", "review", "round_finding", "verdict", "deviation", "test_round", "observation")
"""Tables in which the words of whoever stays are counted before and after."""
_WORD = re.compile(rf"{STAYING}\d", re.IGNORECASE)


def viewers(http: httpx.AsyncClient, network: SmallNetwork) -> dict[str, Client]:
    """Somebody of each role, and nobody in particular."""
    roles = ("olen_editor", "olen_reader", "pes_editor", "reviewer", "outsider", "steward")
    return {"nobody": Client(http), **{role: Client(http, getattr(network, role)) for role in roles}}


async def check_departure(scene: Scene, http: httpx.AsyncClient, ports: Ports, owner: Connection, work: Work) -> None:
    """Play a scene, let Alder leave, and look everywhere."""
    await empty(owner)
    everyone = viewers(http, await small_network())
    editor = everyone["olen_editor"]
    played = await play(scene, editor, everyone["reviewer"], work)
    keys = [row["storage_key"] for row in await ArtefactVersion.select(ArtefactVersion.storage_key)]
    keys += [f"exports/{row['id'].hex}" for row in await owner.fetch("select id from data_export")]
    before = await stayed(owner, *HELD)
    found_before = await totals(everyone["nobody"], STAYING) if scene.read_before else None

    await leave(scene, editor, played)
    # At once, before any follow-up: rows. After them: the index, texts of files, and bytes.
    for client in everyone.values():
        await check_look(scene, client, played)
    await work()

    assert await held(owner) == {}
    assert await stayed(owner, *HELD) == before
    assert await stayed(owner, "artefact_version") == {"artefact_version": read_from_files(scene)}
    for client in everyone.values():
        await check_look(scene, client, played)
        await check_search(client)
        await check_links(client, played)
    if found_before is not None:
        # What is withheld is found no more, by nobody's words.
        withheld = {played.files[name] for name in ("file", "case file") if scene.of("Alder", name)}
        left = [[one for one in found if one not in withheld] for found in found_before]
        assert await totals(everyone["nobody"], STAYING) == left
    await replace(everyone, played)
    await work()
    for key in keys:
        if await ports.files.stored(key):
            assert LEAVING not in (await ports.files.read(key)).decode().lower(), key


async def check_look(scene: Scene, client: Client, played: Played) -> None:
    """What somebody reads of the round and its case has no word of Alder's, and everything of Birch is counted."""
    answer = await client.ask(LOOK, id=played.round["id"], case=played.case)
    assert LEAVING not in json.dumps({**answer, "viewer": None}).lower()
    seen = answer["testRound"]["observations"]
    left = [one for one in scene.said if one.alias == "Birch"]
    assert seen["totalCount"] == len(seen["nodes"]) == len(left)
    assert len(answer["testRound"]["findings"][0]["observations"]) == len(left)
    assert answer["testRound"]["artefacts"]["totalCount"] == 1 + ("Birch" in scene.recorded)


async def check_search(client: Client) -> None:
    """Nobody finds, or counts, a thing by Alder's words."""
    for word in (f"{LEAVING}{n}" for n in (1, 5, 8)):
        assert (await client.ask(FIND, q=word))["search"]["totalCount"] == 0
    snippets = json.dumps((await client.ask(FIND, q=f"{STAYING}1 report papers"))["search"])
    assert LEAVING not in snippets.lower()


async def check_links(client: Client, played: Played) -> None:
    """What somebody fetches has no word of Alder's; a file's own organisation fetches it to make another version."""
    answer = await client.ask(LOOK, id=played.round["id"], case=played.case)
    files = [*answer["testRound"]["artefacts"]["nodes"], *answer["case"]["artefacts"]["nodes"]]
    for version in (one for file in files for one in file["versions"]):
        if version["downloadUrl"] and not version["withheldAt"]:
            assert LEAVING not in (await fetch(version["downloadUrl"])).text.lower()
    if link := ((answer["viewer"] or {}).get("dataExport") or {}).get("downloadUrl"):
        assert LEAVING not in (await fetch(link)).text.lower()


async def replace(everyone: dict[str, Client], played: Played) -> None:
    """Olen is told of each file that is withheld, and uploads another version, after which nothing is withheld."""
    editor = everyone["olen_editor"]
    answer = await editor.ask(LOOK, id=played.round["id"], case=played.case)
    told = [one["kind"] for one in answer["viewer"]["notifications"]["nodes"]]
    files = [*answer["testRound"]["artefacts"]["nodes"], *answer["case"]["artefacts"]["nodes"]]
    withheld = [one for file in files for one in file["versions"] if one["withheldAt"]]
    assert told.count("FILE_WITHHELD") == len(withheld)
    if not withheld:
        return
    clean = b"Without anybody's words."
    for name in ("file", "case file"):
        given_ = {"fileName": "report.txt", "mediaType": "text/plain", "artefact": played.files[name]}
        payload = await editor.do(
            "startUpload", next_version(clean, **given_), "upload { method url headers { name value } }"
        )
        await send(payload["upload"], clean)
        await editor.do("finishUpload", {"artefact": played.files[name]}, "artefact { id }")


async def totals(client: Client, stem: str) -> list[list[str]]:
    """What is found by each word of somebody who stays, less their order."""
    found = []
    for n in range(9):
        answer = (await client.ask(FIND, q=f"{stem}{n}"))["search"]
        found.append(sorted(edge["node"]["id"] for edge in answer["edges"]))
        assert answer["totalCount"] == len(found[-1])
    return found


async def held(owner: Connection) -> dict[str, int]:
    """In which tables, of all that there are, rows hold a word of Alder's: index, queue and log as well."""
    counts = {}
    for name in [*(table._meta.tablename for table in TABLES), "pgqueuer", "pgqueuer_log"]:
        count = await owner.fetchval(
            f'select count(*) from "{name}" t where t::text ilike $1 or t::text like $2',
            f"%{LEAVING}%",
            f"%{LEAVING.encode().hex()}%",
        )
        if count:
            counts[name] = count
    return counts


async def stayed(owner: Connection, *tables: str) -> dict[str, list[str]]:
    """Every word of Birch's, by table."""
    words = {}
    for name in tables:
        rows = await owner.fetch(f'select t::text as row from "{name}" t')
        words[name] = sorted(word.lower() for row in rows for word in _WORD.findall(row["row"]))
    return words


def read_from_files(scene: Scene) -> list[str]:
    """Every word of Birch's that stands in files."""
    texts = [*scene.of("Birch", "file"), *scene.of("Birch", "case file")]
    return sorted([*" ".join(texts).split(), *([f"{STAYING}8"] if "Birch" in scene.recorded else [])])


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a scene takes seconds, so none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(EVERYTHING)
@given(scene=SCENES)
async def test_whoever_leaves_is_nowhere(  # noqa: PLR0917 - fixtures come by name
    http: httpx.AsyncClient, clean: Database, ports: Ports, owner: Connection, work: Work, scene: Scene
) -> None:
    """No query, index, file, export or row has a word of theirs, and of everyone else everything stays."""
    await check_departure(scene, http, ports, owner, work)


# -- a mistake for each place: the check must fail when it is made -----------------------------------------------------


def _replacing(where: object, name: str, other: object) -> Mistake:
    @asynccontextmanager
    async def mistake(monkeypatch: pytest.MonkeyPatch, _: Connection) -> AsyncIterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(where, name, other)
            yield

    return mistake


@asynccontextmanager
async def _keeping_rows(_: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    await owner.execute(
        "create function keep() returns trigger language plpgsql as 'begin return null; end';"
        " create trigger keep before delete on observation for each row when (old.alias = 'Alder')"
        " execute function keep()"
    )
    try:
        yield
    finally:
        await owner.execute("drop trigger keep on observation; drop function keep()")


async def _nothing(*_: Any, **__: Any) -> None:
    """Forget to do it."""


async def _nobody(*_: Any, **__: Any) -> set[Any]:
    return set()


async def _none(*_: Any, **__: Any) -> dict[Any, Any]:
    return {}


async def _index_of_before(*given_: Any) -> None:
    if not await WithdrawnWords.exists():
        await index(*given_)


MISTAKES: dict[str, Mistake] = {
    "rows stay": _keeping_rows,
    "the round's own texts stay": _replacing(rounds, "_redact", _nothing),
    "comments stay": _replacing(comments, "forget_quotes", _nobody),
    "parts of quotes stay": _replacing(comments, "_quotes", lambda *_: False),
    "reviews stay": _replacing(reviews, "forget_quotes", _nobody),
    "files of the participant stay": _replacing(departures, "files_showing", _nobody),
    "exports stay": _replacing(departures, "drop_export", _nothing),
    "texts of files stay": _replacing(infra.worker, "forget_words", _nothing),
    "files can be fetched": _replacing(withdrawn, "withhold", _nothing),
    "bytes stay": _replacing(participants, "remove_bytes", _nothing),
    "bytes of what was replaced stay": _replacing(withdrawn, "remove_bytes", _nothing),
    "the index stays": _replacing(infra.worker, "index", _index_of_before),
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_is_noticed(  # noqa: PLR0917 - fixtures come by name
    http: httpx.AsyncClient,
    clean: Database,
    ports: Ports,
    owner: Connection,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """Wherever something is forgotten, the check says so."""
    with pytest.raises((AssertionError, LookupError)):
        async with MISTAKES[name](monkeypatch, owner):
            await check_departure(EVERYTHING, http, ports, owner, work)


async def test_a_file_that_is_read_late_is_noticed(  # noqa: PLR0917 - fixtures come by name
    http: httpx.AsyncClient,
    clean: Database,
    ports: Ports,
    owner: Connection,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a text is read only after its words were withdrawn, forgetting those is noticed, too."""
    late = Scene(EVERYTHING.said, EVERYTHING.recorded, read_before=False, by="retention")
    await check_departure(late, http, ports, owner, work)
    monkeypatch.setattr(jobs, "words_for", _none)
    monkeypatch.setattr(infra.worker, "forget_words", _nothing)
    with pytest.raises(AssertionError):
        await check_departure(late, http, ports, owner, work)
