"""Trusted documents: registered when the service starts, asked for by their hash."""

import json
from pathlib import Path

import httpx
import pytest

from infra.http.trusted import document_id
from infra.settings import SettingsError
from tests.infra.http.conftest import App, Serve

QUERY = "query Q($yes: Boolean!) { __typename @include(if: $yes) }\n"
CHANGE = 'mutation M { submitCase(input: {id: "case_0"}) { userErrors { code } } }'
UNKNOWN = "sha256:" + "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents in a folder, one of them deeper."""
    (tmp_path / "deeper").mkdir()
    (tmp_path / "q.graphql").write_text(QUERY, encoding="utf-8")
    (tmp_path / "deeper" / "m.graphql").write_text(CHANGE, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a document", encoding="utf-8")
    return tmp_path


def code(response: httpx.Response) -> str:
    """The code of the only error."""
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


async def test_a_registered_document_runs_by_its_id(serve: Serve, folder: Path) -> None:
    """By POST and by GET, with variables; while other documents may still be sent as text."""
    http = serve(trusted_documents=folder)
    asked = {"documentId": document_id(QUERY), "variables": {"yes": True}}
    assert (await http.post("/graphql", json=asked)).json()["data"] == {"__typename": "Query"}
    params = {"documentId": document_id(QUERY), "variables": '{"yes":true}'}
    got = await http.get("/graphql", params=params)
    assert got.json()["data"] == {"__typename": "Query"}
    kept = await http.get("/graphql", params=params, headers={"If-None-Match": got.headers["etag"]})
    assert kept.status_code == 304
    assert (await http.post("/graphql", json={"query": "{ __typename }"})).status_code == 200


async def test_a_manifest_registers_too(serve: Serve, tmp_path: Path) -> None:
    """A JSON object from ids, with or without their prefix, to texts."""
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({document_id(QUERY): QUERY, document_id(CHANGE)[7:]: CHANGE}), encoding="utf-8")
    http = serve(trusted_documents=manifest)
    asked = {"documentId": document_id(QUERY), "variables": {"yes": True}}
    assert (await http.post("/graphql", json=asked)).status_code == 200
    refused = await http.get("/graphql", params={"documentId": document_id(CHANGE)})
    assert (refused.status_code, code(refused)) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ({"documentId": UNKNOWN}, 404, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "sha256:" + "A" * 64}, 400, "BAD_REQUEST"),
        ({"documentId": "0" * 64}, 400, "BAD_REQUEST"),
        ({"documentId": ""}, 400, "BAD_REQUEST"),
        ({"documentId": UNKNOWN, "query": "{ __typename }"}, 400, "BAD_REQUEST"),
    ],
)
async def test_an_id_that_is_not_served(
    serve: Serve, folder: Path, asked: dict[str, str], status: int, expected: str
) -> None:
    """An unknown id, one of another form, and an id beside a text have their statuses, by POST and by GET."""
    http = serve(trusted_documents=folder)
    for response in (await http.post("/graphql", json=asked), await http.get("/graphql", params=asked)):
        assert (response.status_code, code(response)) == (status, expected)
        assert "data" not in response.json()


async def test_nothing_else_runs_where_nothing_else_may(serve: Serve, folder: Path) -> None:
    """With SERRA_TRUSTED_DOCUMENTS_ONLY a text is refused, a registered one too; its id is taken."""
    http = serve(trusted_documents=folder, trusted_documents_only=True)
    for query in ("{ __typename }", QUERY):
        refused = await http.post("/graphql", json={"query": query})
        assert (refused.status_code, code(refused)) == (403, "TRUSTED_DOCUMENTS_ONLY")
    refused = await http.get("/graphql", params={"query": QUERY})
    assert (refused.status_code, code(refused)) == (403, "TRUSTED_DOCUMENTS_ONLY")
    asked = {"documentId": document_id(QUERY), "variables": {"yes": True}}
    assert (await http.post("/graphql", json=asked)).status_code == 200


async def test_without_a_register_no_id_is_known(http: httpx.AsyncClient) -> None:
    """A service that registers nothing answers 404 to every id."""
    assert (await http.post("/graphql", json={"documentId": document_id(QUERY)})).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("wrong.graphql", "{ nothing }", "wrong.graphql: Cannot query field 'nothing'"),
        ("many.graphql", "{ " + "viewer { __typename } " * 99 + "}", "many.graphql: This writes `viewer` 99 times"),
        ("m.json", json.dumps({UNKNOWN: QUERY}), f"m.json: {UNKNOWN}: the text's id is {document_id(QUERY)}"),
        ("list.json", "[]", "neither a folder of .graphql files nor a JSON object"),
    ],
)
async def test_a_bad_register_stops_the_start(
    app_with: App, tmp_path: Path, name: str, content: str, says: str
) -> None:
    """What could never run, or has another id than it is given, is told by file before anything is served."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="SERRA_TRUSTED_DOCUMENTS: ") as refused:
        app_with(trusted_documents=tmp_path / name if name.endswith(".json") else tmp_path)
    assert says in str(refused.value)


async def test_a_register_that_is_not_there_stops_the_start(app_with: App, tmp_path: Path) -> None:
    """A path that leads nowhere is told, not passed over."""
    with pytest.raises(SettingsError, match="nowhere is neither"):
        app_with(trusted_documents=tmp_path / "nowhere")
