"""The endpoint follows the GraphQL-over-HTTP draft, and refuses what it cannot take in words."""

import json
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType, GraphQLResolveInfo

from infra.http.negotiation import JSON_TYPE, RESPONSE_TYPE, answer_type
from schema import schema

TYPENAME = {"query": "{ __typename }"}
NEW = {"Accept": RESPONSE_TYPE}


async def post(http: httpx.AsyncClient, content: str | bytes, **headers: str) -> httpx.Response:
    return await http.post("/graphql", content=content, headers={"Content-Type": JSON_TYPE, **headers})


async def test_a_query_by_post_and_by_get(http: httpx.AsyncClient) -> None:
    """The same query answers alike by POST and by GET, in the media type that was asked for."""
    posted = await http.post("/graphql", json=TYPENAME, headers=NEW)
    params = {"query": "query($yes: Boolean!) { __typename @include(if: $yes) }", "variables": '{"yes": true}'}
    got = await http.get("/graphql", params=params)
    assert posted.json() == got.json()
    assert posted.json()["data"] == {"__typename": "Query"}
    assert posted.headers["content-type"] == f"{RESPONSE_TYPE}; charset=utf-8"
    assert got.headers["content-type"] == f"{JSON_TYPE}; charset=utf-8"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("{", 400, "BAD_REQUEST"),
        ("[]", 400, "BAD_REQUEST"),
        ("[" * 100_000, 400, "BAD_REQUEST"),
        (b"\xff\xfe", 400, "BAD_REQUEST"),
        ("{}", 400, "BAD_REQUEST"),
        ('{"query": 7}', 400, "BAD_REQUEST"),
        ('{"query": "{ __typename }", "variables": []}', 400, "BAD_REQUEST"),
        ('{"query": "{ __typename }", "operationName": 1}', 400, "BAD_REQUEST"),
        ('{"query": "{ nothing }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        ('{"query": "{ case(slug: "}', 400, "GRAPHQL_PARSE_FAILED"),
        (json.dumps({"query": "{" + "a{" * 20_000}), 400, "GRAPHQL_PARSE_FAILED"),
        (json.dumps({"query": "# " + "x" * 200_000}), 400, "DOCUMENT_TOO_LONG"),
        (json.dumps({"query": "{ __typename }", "x": "x" * 1_100_000}), 413, "BODY_TOO_LARGE"),
    ],
)
async def test_a_bad_request_is_refused_in_words(
    http: httpx.AsyncClient, content: str | bytes, status: int, code: str
) -> None:
    """Whatever cannot be read or does not validate gets its status and a code, and no data."""
    response = await post(http, content, Accept=RESPONSE_TYPE)
    assert response.status_code == status
    body = response.json()
    assert "data" not in body
    assert {error["extensions"]["code"] for error in body["errors"]} == {code}
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=latin1"}, 415),
        ({"Content-Type": JSON_TYPE, "Accept": "text/html"}, 406),
        ({"Content-Type": JSON_TYPE, "Authorization": "Bearer serra_nonsense"}, 401),
        ({"Content-Type": JSON_TYPE, "Authorization": "Basic eDp5"}, 401),
    ],
)
async def test_headers_that_cannot_be_served(http: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    """A wrong media type or a token that is not valid is refused before anything runs."""
    response = await http.post("/graphql", content=json.dumps(TYPENAME), headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("levels", [500, 900, 5_000, 10_000])
async def test_json_that_is_nested_too_deep_is_called_so(http: httpx.AsyncClient, levels: int) -> None:
    """Deep JSON is read or refused for what it is, by POST and by GET, and never breaks anything."""
    deep = '{"slug": ' + "[" * levels + "]" * levels + "}"
    posted = await post(http, f'{{"query": "{{ __typename }}", "variables": {deep}}}')
    got = await http.get("/graphql", params={"query": "{ __typename }", "variables": deep})
    for answer in (posted, got):
        if levels > 1_000:
            assert answer.status_code == 400
            assert "nested too deep" in answer.json()["errors"][0]["message"]
        else:
            assert answer.json() == posted.json()
            assert answer.status_code in {200, 400}


async def test_a_mutation_is_not_taken_by_get(http: httpx.AsyncClient) -> None:
    """GET reads only, whatever the operation's name says; other methods are not there."""
    query = 'query Q { __typename } mutation M { submitCase(input: {id: "x"}) { userErrors { code } } }'
    refused = await http.get("/graphql", params={"query": query, "operationName": "M"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert (await http.put("/graphql", json=TYPENAME)).status_code == 405
    assert (await http.get("/graphql", params={"query": query, "operationName": "Q"})).status_code == 200


async def test_a_mutation_without_a_token_is_told_to_sign_in(http: httpx.AsyncClient) -> None:
    """Who changes something without signing in gets 401 and is told how."""
    query = 'mutation { submitCase(input: {id: "case_0"}) { userErrors { code } } }'
    response = await http.post("/graphql", json={"query": query}, headers=NEW)
    assert response.status_code == 401
    assert "Sign in" in response.json()["errors"][0]["message"]


async def test_a_fault_of_ours_is_masked(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error reaches the client as an id, which the log holds with the cause."""

    def broken(_: Any, __: GraphQLResolveInfo[Any], **___: Any) -> None:
        raise ValueError("a secret detail")

    query = schema.query_type
    assert isinstance(query, GraphQLObjectType)
    monkeypatch.setattr(query.fields["node"], "resolve", broken)
    response = await http.post("/graphql", json={"query": '{ node(id: "x") { id } }'}, headers=NEW)
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in response.text
    assert error["extensions"]["id"] in caplog.text
    assert "a secret detail" in caplog.text


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON_TYPE),
        ("*/*", JSON_TYPE),
        (RESPONSE_TYPE, RESPONSE_TYPE),
        (f"{RESPONSE_TYPE}, {JSON_TYPE};q=0.9", RESPONSE_TYPE),
        (f"{RESPONSE_TYPE};q=0.1, {JSON_TYPE}", JSON_TYPE),
        ("text/html", None),
        (f"{JSON_TYPE};q=0", None),
    ],
)
def test_the_best_media_type_is_chosen(accept: str, expected: str | None) -> None:
    """The Accept header decides between the draft's type and plain JSON."""
    assert answer_type(accept) == expected


@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
async def test_a_nul_is_not_let_in(http: httpx.AsyncClient, text: str) -> None:
    """A NUL in a variable or in the document itself is refused before it reaches the database."""
    query = "query($slug: String!) { case(slug: $slug) { slug } }"
    variables = {"slug": text}
    in_variable = await http.post("/graphql", json={"query": query, "variables": variables}, headers=NEW)
    by_get = await http.get("/graphql", params={"query": query, "variables": json.dumps(variables)}, headers=NEW)
    literal = json.dumps(text)
    in_document = await http.post("/graphql", json={"query": f"{{ case(slug: {literal}) {{ slug }} }}"}, headers=NEW)
    raw = await http.post("/graphql", json={"query": f'{{ case(slug: "{text}") {{ slug }} }}'}, headers=NEW)
    assert [one.status_code for one in (in_variable, by_get, in_document, raw)] == [400] * 4


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2024-02-30", "tomorrow"])
async def test_a_day_lies_within_reason(http: httpx.AsyncClient, day: str) -> None:
    """A day that the calendar or the database does not have is refused as input."""
    query = "query($from: Date) { events(first: 1, filter: {from: $from}) { nodes { id } } }"
    response = await http.post("/graphql", json={"query": query, "variables": {"from": day}}, headers=NEW)
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
