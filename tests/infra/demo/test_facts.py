import httpx
import pytest

from infra.demo.load import Demo
from tests.client import Client
from tests.infra.demo.facts import Fact
from tests.infra.demo.facts_of_flanders import FLANDERS, KORTOM
from tests.infra.demo.facts_of_municipalities import OLEN, VORDINGBORG
from tests.infra.demo.facts_of_stockholm import SAMPLES, STOCKHOLM

FACTS = [*FLANDERS, *KORTOM, *STOCKHOLM, *OLEN, *VORDINGBORG, *SAMPLES]
CASES = {
    "dwse-customer-centric-strategy",
    "three-levers-citizen-centred-service",
    "greenhouse-technique",
    "le-lab-national",
    "olen-service-vision",
    "vordingborg-business-service",
}


@pytest.mark.parametrize("fact", FACTS, ids=str)
async def test_a_fact_is_answered_by_a_query(demo: Demo, http: httpx.AsyncClient, fact: Fact) -> None:
    """What a source says, anybody finds in a field of its own, without signing in."""
    found = await Client(http).ask(f"{{ found: {fact.root} {{ {fact.selection} }} }}")
    assert found["found"] == fact.expected


async def test_every_case_and_nothing_else_is_public(demo: Demo, http: httpx.AsyncClient) -> None:
    """The six cases of the five sources are published for everyone."""
    found = await Client(http).ask("{ cases(first: 50) { totalCount nodes { slug status } } }")
    assert found["cases"]["totalCount"] == len(CASES)
    assert {(one["slug"], one["status"]) for one in found["cases"]["nodes"]} == {(slug, "PUBLISHED") for slug in CASES}


async def test_what_no_source_names_says_that_it_is_a_sample(demo: Demo, http: httpx.AsyncClient) -> None:
    """An invented organisation is marked as a sample, and says so in its slug, its name and its description."""
    found = await Client(http).ask(
        "{ organisations(first: 50) { nodes"
        " { slug isSample name(lang: en) { text } description(lang: en) { text } } } }"
    )
    nodes = found["organisations"]["nodes"]
    assert {one["slug"] for one in nodes if not one["isSample"]} == {
        "dwse",
        "knight-moves",
        "mobius",
        "kortom",
        "arbetsformedlingen",
        "pole-emploi",
        "olen",
        "vvsg",
        "vordingborg",
    }
    for one in nodes:
        if one["isSample"]:
            assert one["slug"].startswith("sample-")
            assert "(fictional)" in one["name"]["text"]
            assert "It does not exist" in one["description"]["text"]


async def test_vocabularies_are_complete_in_six_languages(demo: Demo, http: httpx.AsyncClient) -> None:
    """Each concept has a preferred label in en, nl, fr, de, sv and da."""
    after, seen = None, 0
    while True:
        found = await Client(http).ask(
            "query($after: String) { concepts(first: 100, after: $after) {"
            " nodes { notation prefLabels { language } } pageInfo { hasNextPage endCursor } } }",
            after=after,
        )
        page = found["concepts"]
        for one in page["nodes"]:
            assert {label["language"] for label in one["prefLabels"]} == {"en", "nl", "fr", "de", "sv", "da"}, one
        seen += len(page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen > 80
