"""startUpload, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from tests.client import Client
from tests.factories.artefacts import REPORT, UPLOAD, announced, next_version, send, stored_file
from tests.factories.cases import drafted_case, published_case
from tests.factories.events import recorded
from tests.factories.network import SmallNetwork
from tests.factories.practices import drafted_practice
from tests.factories.rounds import planned

As = Callable[[str | None], Client]


@pytest.fixture
async def case(as_: As, network: SmallNetwork) -> str:
    """A case of Olen that everyone may read."""
    return await published_case(as_(network.olen_editor), audience={"public": True})


async def test_announcing_a_file_gives_a_link(as_: As, network: SmallNetwork, case: str) -> None:
    """Whoever edits a case gets a link for its file, which waits for its bytes with its owner's organisation alone."""
    editor = as_(network.olen_editor)
    payload = await editor.do("startUpload", announced(subject=case), UPLOAD)
    assert payload["version"]["state"] == "AWAITED"
    assert payload["artefact"]["currentVersion"] is None
    assert payload["upload"]["method"] == "PUT"
    assert payload["upload"]["expiresInSeconds"] > 0
    query = "query($id: ID!) { artefact(id: $id) { title { text } subject { __typename } } }"
    artefact_id = payload["artefact"]["id"]
    found = (await as_(network.olen_reader).ask(query, id=artefact_id))["artefact"]
    assert found == {"title": {"text": "What the third round told us"}, "subject": {"__typename": "Case"}}
    for stranger in (network.pes_editor, network.outsider, None):
        assert (await as_(stranger).ask(query, id=artefact_id))["artefact"] is None


async def test_storage_keys_hold_nothing_that_was_typed(
    as_: As, network: SmallNetwork, case: str, clean: Database
) -> None:
    """Where a file lies follows from ids alone, so no name leads anywhere or tells anything."""
    await as_(network.olen_editor).do(
        "startUpload", announced(subject=case, fileName="..secret..pdf"), "artefact { id }"
    )
    row = await clean.pool.fetchrow("select artefact, id, storage_key from artefact_version")
    assert row is not None
    assert row["storage_key"] == f"artefacts/{row['artefact'].hex}/{row['id'].hex}"


@pytest.mark.usefixtures("case")
async def test_other_things_have_files_too(as_: As, network: SmallNetwork) -> None:
    """A test round, a practice and an event list the files that belong to them, and a file says what it belongs to."""
    editor = as_(network.olen_editor)
    things = {
        "TestRound": (await planned(editor))["id"],
        "Practice": await drafted_practice(editor, audience={}),
        "Event": await recorded(editor, organisation="olen"),
    }
    for type_name, thing in things.items():
        artefact_id = await stored_file(editor, subject=thing)
        query = (
            f"query($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{"
            " artefacts(first: 5) { nodes { id subject { __typename } } } } } }"
        )
        nodes = (await editor.ask(query, id=thing))["node"]["artefacts"]["nodes"]
        assert nodes == [{"id": artefact_id, "subject": {"__typename": type_name}}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"fileName": ""}, ("INVALID", "fileName")),
        ({"fileName": "../up.pdf"}, ("INVALID", "fileName")),
        ({"fileName": "fdp\u202e.exe"}, ("INVALID", "fileName")),
        ({"fileName": "a" * 201}, ("TOO_LONG", "fileName")),
        ({"mediaType": "text/html"}, ("INVALID", "mediaType")),
        ({"mediaType": "application/pdf\r\nX-Evil: 1"}, ("INVALID", "mediaType")),
        ({"mediaType": "application/pdf; x=1"}, ("INVALID", "mediaType")),
        ({"size": 200 * 1024 * 1024 + 1}, ("INVALID", "size")),
        ({"sha256": "abc"}, ("INVALID", "sha256")),
        ({"kind": None}, ("REQUIRED", "kind")),
        ({"title": None}, ("REQUIRED", "title")),
        ({"title": [{"language": "en", "text": "a" * 201}]}, ("TOO_LONG", "title")),
        ({"licence": "free to use"}, ("INVALID", "licence")),
        ({"licence": "x" * 41}, ("INVALID", "licence")),
        ({"subject": None}, ("INVALID", "subject")),
        ({"subject": "case_00000000000070008000000000000000"}, ("NOT_FOUND", "subject")),
        ({"subject": "nonsense"}, ("NOT_FOUND", "subject")),
        ({"audience": {"networks": ["nowhere"]}}, ("NOT_FOUND", "audience.networks")),
    ],
)
async def test_what_cannot_be_taken_is_refused(  # noqa: PLR0917 - fixtures and the table's columns
    as_: As, network: SmallNetwork, case: str, clean: Database, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Each flaw of an announcement is named with its field, and nothing is stored."""
    given = announced(**{"subject": case, **changes})
    assert await as_(network.olen_editor).refused("startUpload", given) == [problem]
    assert await clean.pool.fetchval("select count(*) from artefact") == 0


async def test_all_flaws_are_told_at_once(as_: As, network: SmallNetwork, case: str) -> None:
    """An author sees everything that is wrong, not one thing after the other."""
    given = announced(subject=case, fileName="", kind=None, sha256="")
    found = await as_(network.olen_editor).refused("startUpload", given)
    assert found == [("INVALID", "fileName"), ("INVALID", "sha256"), ("REQUIRED", "kind")]


async def test_only_its_editors_add_files(as_: As, network: SmallNetwork, case: str) -> None:
    """Readers of the case, its own organisation's, reviewers and editors of others, may not add files to it."""
    for token in (network.olen_reader, network.pes_editor, network.reviewer, network.outsider):
        assert await as_(token).refused("startUpload", announced(subject=case)) == [("FORBIDDEN", "")]


async def test_a_draft_of_others_is_not_there(as_: As, network: SmallNetwork) -> None:
    """A case that one may not read is refused in the same words as one that does not exist."""
    draft = await drafted_case(as_(network.olen_editor), slug="olen-draft", audience={})
    stranger = as_(network.pes_editor)
    assert await stranger.refused("startUpload", announced(subject=draft)) == [("NOT_FOUND", "subject")]


async def test_nobody_uploads_without_signing_in(as_: As, network: SmallNetwork, case: str) -> None:
    """The request of somebody who has not signed in is refused as a whole."""
    document = "mutation($input: StartUploadInput!) { startUpload(input: $input) { userErrors { code } } }"
    response = await as_(None).send(document, input=announced(subject=case))
    assert response.status_code == 401


async def test_a_repeated_request_begins_nothing_twice(
    as_: As, network: SmallNetwork, case: str, clean: Database
) -> None:
    """The same request with the same key gives a link to the same upload; another request with it is refused."""
    editor = as_(network.olen_editor)
    given = announced(subject=case, idempotencyKey="once")
    first = await editor.do("startUpload", given, UPLOAD)
    again = await editor.do("startUpload", given, UPLOAD)
    assert again["version"] == first["version"]
    assert await send(again["upload"]) == 200
    assert await clean.pool.fetchval("select count(*) from artefact_version") == 1
    assert await editor.refused("startUpload", {**given, "kind": "DATA"}) == [("KEY_REUSED", "idempotencyKey")]
    await editor.do("finishUpload", {"artefact": first["artefact"]["id"]}, "artefact { id }")
    assert (await editor.do("startUpload", given, UPLOAD))["upload"] is None


async def test_a_file_is_shared_no_further_than_its_case(as_: As, network: SmallNetwork) -> None:
    """Readers outside the case's present and coming audience are refused; those inside are taken."""
    editor = as_(network.olen_editor)
    draft = await drafted_case(editor, slug="olen-draft", audience={"networks": ["learning"]})
    wider = announced(subject=draft, audience={"public": True})
    assert await editor.refused("startUpload", wider) == [("INVALID", "audience")]
    await editor.do("startUpload", announced(subject=draft, audience={"networks": ["learning"]}), "artefact { id }")
    await editor.do("startUpload", announced(subject=draft, audience={}), "artefact { id }")


async def test_a_next_version_keeps_what_is_said_of_the_file(as_: As, network: SmallNetwork, case: str) -> None:
    """For the next version the file itself is named, and nothing that it has said already."""
    editor = as_(network.olen_editor)
    artefact_id = await stored_file(editor, subject=case)
    begun = await editor.do("startUpload", next_version(REPORT + b"!", artefact=artefact_id), UPLOAD)
    assert begun["artefact"]["id"] == artefact_id
    assert begun["artefact"]["currentVersion"] == {"number": 1}
    assert begun["version"]["number"] is None
    refused = await editor.refused("startUpload", announced(artefact=artefact_id))
    assert refused == [("INVALID", "kind"), ("INVALID", "title")]
    both = next_version(REPORT, artefact=artefact_id, subject=case)
    assert await editor.refused("startUpload", both) == [("INVALID", "subject")]
    other = as_(network.pes_editor)
    assert await other.refused("startUpload", next_version(REPORT, artefact=artefact_id)) == [("FORBIDDEN", "")]
    unknown = next_version(REPORT, artefact=case)
    assert await editor.refused("startUpload", unknown) == [("NOT_FOUND", "artefact")]


@pytest.mark.usefixtures("case")
async def test_a_round_that_is_closed_by_its_case_takes_no_files(
    as_: As, network: SmallNetwork, clean: Database
) -> None:
    """Its own editors add no file to a round whose case they may no longer read: there is no such round for them."""
    editor = as_(network.pes_editor)
    test_round = (await planned(editor, organisation="arbetsformedlingen"))["id"]
    await stored_file(editor, subject=test_round)
    await clean.pool.execute('update "case" set audience = $1', [f"organisation:{network.olen}"])
    assert await editor.refused("startUpload", announced(subject=test_round)) == [("NOT_FOUND", "subject")]
