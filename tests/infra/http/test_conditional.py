"""Queries by GET can be kept by a browser, which asks each time whether they still hold."""

import httpx
import pytest

from infra.http.conditional import etag_of, still_holds
from tests.client import Client
from tests.factories.network import SmallNetwork

QUERY = {"query": "{ organisations(first: 50) { nodes { slug name { text } } } }"}


async def test_an_unchanged_answer_is_not_sent_again(http: httpx.AsyncClient, network: SmallNetwork) -> None:
    """With the validator of the last answer the next one is 304 without bytes; the rest is told again."""
    first = await http.get("/graphql", params=QUERY)
    etag = first.headers["etag"]
    assert etag.startswith('"')
    again = await http.get("/graphql", params=QUERY, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-type" not in again.headers
    for answer in (first, again):
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "private, no-cache"
        assert {name.strip() for name in answer.headers["vary"].split(",")} == {
            "Authorization",
            "Cookie",
            "Accept",
            "Accept-Language",
        }


async def test_a_changed_answer_is_sent(http: httpx.AsyncClient, network: SmallNetwork) -> None:
    """After a change, for another reader or in another media type, the old validator does not hold."""
    client = Client(http, network.olen_editor)
    query = {"query": "{ viewer { person { name } } }"}
    anonymous = await http.get("/graphql", params=query, headers={"Accept": "application/graphql-response+json"})
    conditions = {"If-None-Match": anonymous.headers["etag"]}
    signed_in = await http.get("/graphql", params=query, headers={**client.headers, **conditions})
    assert signed_in.status_code == 200
    other_type = await http.get("/graphql", params=query, headers={"Accept": "application/json", **conditions})
    assert other_type.status_code == 200


async def test_only_answers_to_get_are_kept(http: httpx.AsyncClient) -> None:
    """An answer to POST and a refusal are kept by nobody, and have no validator."""
    posted = await http.post("/graphql", json=QUERY)
    refused = await http.get("/graphql", params={"query": "{"}, headers={"Accept": "application/graphql-response+json"})
    assert refused.status_code == 400
    for answer in (posted, refused):
        assert answer.headers["cache-control"] == "private, no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("if_none_match", "holds"), [("", False), ("*", True), ('"a", "b"', True), ('W/"b"', True), ('"c"', False)]
)
def test_validators_are_compared(if_none_match: str, holds: bool) -> None:  # noqa: FBT001 - a table's column
    """If-None-Match is a list, in which weak validators count too, or a star."""
    assert still_holds('"b"', if_none_match) is holds


def test_media_types_have_validators_of_their_own() -> None:
    """The same bytes under another media type are another representation."""
    assert etag_of("application/json", b"{}") != etag_of("application/graphql-response+json", b"{}")
