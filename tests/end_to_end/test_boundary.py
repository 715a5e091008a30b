"""A network-only case is not there for an outsider: one test for each surface, with the demo's tokens."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.end_to_end.running import Running
from tests.end_to_end.test_stories import content, en

SLUG = "for-the-network-only"
WORD = "zeppelinpost"


@pytest.fixture(scope="module")
def hidden(serra: Running) -> dict[str, Any]:
    """A case for the sample network, with a verified file and a comment; its ids, and a link to the file."""
    given = {
        "slug": SLUG,
        "kind": "METHOD",
        "owner": "arbetsformedlingen",
        "audience": {"networks": ["sample-learning-network"]},
        "content": content(en(f"Letters by {WORD}")),
    }
    case = serra.do("lab_editor", "draftCase", given, "case { id }")["case"]["id"]
    for step in ("submitCase", "publishCase"):
        serra.do("lab_editor", step, {"id": case}, "case { id }")
    data = WORD.encode()
    announced = {
        "subject": case,
        "kind": "REPORT",
        "title": en(f"A report on {WORD}"),
        "fileName": "report.txt",
        "mediaType": "text/plain",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    selection = "artefact { id } upload { method url headers { name value } }"
    started = serra.do("lab_editor", "startUpload", announced, selection)
    link = started["upload"]
    headers = {header["name"]: header["value"] for header in link["headers"]}
    assert httpx.request(link["method"], link["url"], content=data, headers=headers).is_success
    artefact = started["artefact"]["id"]
    serra.do("lab_editor", "finishUpload", {"artefact": artefact}, "artefact { id }")
    comment = serra.do("peer_reviewer", "addComment", {"subject": case, "body": WORD}, "comment { id }")["comment"][
        "id"
    ]
    found = serra.eventually("peer_reviewer", SEARCH, until=lambda data: data["search"]["totalCount"] >= 2)
    assert found["search"]["totalCount"] == 2
    return {"case": case, "artefact": artefact, "comment": comment}


SEARCH = f"""{{
  search(query: "{WORD}", first: 10) {{
    totalCount
    facets {{ field buckets {{ value count }} }}
    edges {{ snippets {{ text }} node {{ ... on Case {{ slug }} ... on Artefact {{ id }} }} }}
  }}
}}"""
LISTED = "{ cases(first: 100) { totalCount nodes { slug } edges { node { slug } } } }"
OF_OWNER = '{ cases(first: 100, filter: {owner: "arbetsformedlingen"}) { totalCount nodes { slug } } }'
NODE = "query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }"
STRANGERS = pytest.mark.parametrize("stranger", ["outsider", None])


@STRANGERS
def test_not_by_its_slug(serra: Running, hidden: dict[str, Any], stranger: str | None) -> None:
    """A member reads the case at its address; for a stranger there is none."""
    query = f'{{ case(slug: "{SLUG}") {{ slug }} }}'
    assert serra.ask("municipality_reader", query)["case"] == {"slug": SLUG}
    assert serra.ask(stranger, query)["case"] is None


@STRANGERS
@pytest.mark.parametrize("thing", ["case", "artefact", "comment"])
def test_not_by_its_global_id(serra: Running, hidden: dict[str, Any], stranger: str | None, thing: str) -> None:
    """Neither the case nor what hangs on it is found by its global id."""
    assert serra.ask("municipality_reader", NODE, id=hidden[thing])["node"]["id"] == hidden[thing]
    assert serra.ask(stranger, NODE, id=hidden[thing]) == {"node": None, "nodes": [None]}


@STRANGERS
def test_not_in_lists_and_their_counts(serra: Running, hidden: dict[str, Any], stranger: str | None) -> None:
    """The case is in no list of a stranger, and a count differs from a member's by at least that one."""
    for query in (LISTED, OF_OWNER):
        inside = serra.ask("municipality_reader", query)["cases"]
        outside = serra.ask(stranger, query)["cases"]
        assert {"slug": SLUG} in inside["nodes"]
        assert {"slug": SLUG} not in outside["nodes"]
        assert outside["totalCount"] == len(outside["nodes"]) < inside["totalCount"]


@STRANGERS
def test_not_in_hits_snippets_totals_and_facets(serra: Running, hidden: dict[str, Any], stranger: str | None) -> None:
    """A word that only stands there finds nothing: no hit, no snippet, no total and no facet count."""
    found = serra.ask(stranger, SEARCH)["search"]
    assert (found["totalCount"], found["edges"]) == (0, [])
    assert not [bucket for facet in found["facets"] for bucket in facet["buckets"]]


@STRANGERS
def test_not_by_a_link_to_its_file(serra: Running, hidden: dict[str, Any], stranger: str | None) -> None:
    """A member gets a link that serves the file; a stranger gets no link, and an unsigned one serves nothing."""
    query = "query($id: ID!) { artefact(id: $id) { currentVersion { downloadUrl } } }"
    link = serra.ask("municipality_reader", query, id=hidden["artefact"])["artefact"]["currentVersion"]["downloadUrl"]
    assert httpx.get(link).text == WORD
    assert serra.ask(stranger, query, id=hidden["artefact"])["artefact"] is None
    assert httpx.get(link.partition("?")[0]).status_code == 403


def test_not_by_what_a_refusal_says(serra: Running, hidden: dict[str, Any]) -> None:
    """A refusal tells the same of a thing that is hidden and of one that does not exist."""
    unknown = hidden["case"][:-4] + "0000"
    said = [
        serra.change("outsider", mutation, {**given, key: thing}, "__typename")["userErrors"]
        for mutation, key, given in (
            ("addComment", "subject", {"body": "Hello"}),
            ("publishCase", "id", {}),
            (
                "recordAdoption",
                "subject",
                {"organisation": "sample-outsider-agency", "mode": "COPIED", "stage": "PLANNED"},
            ),
        )
        for thing in (hidden["case"], unknown)
    ]
    assert said[0::2] == said[1::2]
    assert {error["code"] for errors in said for error in errors} == {"NOT_FOUND"}
