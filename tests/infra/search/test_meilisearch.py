import json
from typing import Any
from uuid import UUID

import pytest

from infra.search.meilisearch import MeilisearchSearch, requests
from infra.search.meilisearch.answers import answer, hit
from infra.search.words import parse
from services.search.ports import (
    FACETS,
    DocumentText,
    FacetBucket,
    SearchEngineUnavailable,
    SearchQuestion,
    Snippet,
)
from tests.infra.search.examples import case

THING = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def searches(text: str, **more: Any) -> list[dict[str, Any]]:
    """The searches for a question of somebody in network 1."""
    question = SearchQuestion(text, ("public", "network:1"), **more)
    asked = parse(text, question.languages)
    return requests.searches("serra", question, asked, requests.loose(asked))


def test_settings_name_every_facet_and_the_audience() -> None:
    """What is filtered by is filterable, what is shown is displayed, and neither audience nor facets are shown."""
    settings = requests.settings()

    assert {"id", "audience", "whole_audience", "written_in", *(f"facet.{facet}" for facet in FACETS)} == set(
        settings["filterableAttributes"]
    )
    assert "audience" not in settings["displayedAttributes"]
    assert settings["searchableAttributes"] == ["title", "terms", "summary", "body"]
    assert settings["rankingRules"][-1] == "sort"
    assert {"attributePatterns": ["*.nl"], "locales": ["nld"]} in settings["localizedAttributes"]
    json.dumps(settings)


def test_a_document_holds_all_languages() -> None:
    """One document a thing, each field an object by language, cleaned, with a sortable time."""
    thing = case(
        "Visie \u2068op\u2069 dienst\x00verlening",
        language="nl",
        terms="gemeente",
        also={"en": DocumentText("", body="Body", terms="municipality")},
        written_in=["nl"],
        audience=["public", "person:1"],
        facets={"country": ["BE"]},
        id=THING,
    )

    assert requests.document(thing) == {
        "id": f"Case-{THING.hex}",
        "type": "Case",
        "thing": str(THING),
        "audience": ["public", "person:1"],
        "whole_audience": ["public", "person:1"],
        "written_in": ["nl"],
        "listed_at": 1_704_110_400.0,
        "facet": {"type": ["Case"], "country": ["BE"]},
        "title": {"nl": "Visie op dienstverlening"},
        "terms": {"nl": "gemeente", "en": "municipality"},
        "summary": {},
        "body": {"en": "Body"},
    }


@pytest.mark.parametrize("text", ["", "greenhouse", "a long question about greenhouses in towns", '"le lab" -x'])
def test_every_search_carries_the_audience_rule_first(text: str) -> None:
    """No search, sounding or facet count goes without the keyring."""
    question = SearchQuestion(text, ("public", "network:1"), ("nl",), {"country": ["BE"]})
    asked = parse(text, question.languages)
    every = [
        *requests.searches("serra", question, asked, requests.loose(asked)),
        *requests.searches("serra", question, asked, requests.loose(asked), without="country"),
        *requests.soundings("serra", question, asked),
    ]

    assert every
    assert {tuple(search["filter"][:2]) for search in every} == {
        ('audience IN ["public", "network:1"]', 'whole_audience IN ["public", "network:1"]')
    }


def test_values_are_quoted() -> None:
    """No character of a value ends it."""
    assert requests.one_of("facet.topic", ['a"b', "c\\", "d\x00"]) == r'facet.topic IN ["a\"b", "c\\", "d"]'
    assert requests.one_of("audience", []) == "audience IN []"


def test_each_turn_of_the_words_is_asked() -> None:
    """Every word comes first once, so that none can be missing from all searches; operators stay in each."""
    assert [search["q"] for search in searches('visie dienst gemeente "le LAB" -Möbius')] == [
        '"le LAB" -Möbius visie dienst gemeente',
        '"le LAB" -Möbius dienst gemeente visie',
        '"le LAB" -Möbius gemeente visie dienst',
    ]
    assert [search["q"] for search in searches("")] == [""]


def test_the_readers_languages_weigh_more() -> None:
    """Each turn is asked among what the reader can read, and with less weight among the rest."""
    own, other = searches("greenhouse", languages=("sv", "en"))

    assert own["filter"][2] == 'written_in IN ["sv", "en"]'
    assert other["filter"][2] == 'NOT written_in IN ["sv", "en"]'
    assert own["federationOptions"]["weight"] > other["federationOptions"]["weight"]
    assert own["locales"] == ["eng"]
    assert [search["filter"][2:] for search in searches("", languages=("sv",))] == [[]]
    assert "locales" not in searches("greenhouse", languages=("mt",))[0]


def test_a_facet_is_counted_without_its_own_filter() -> None:
    """The page counts the facets that are not filtered; each that is has a count without its filter."""
    question = SearchQuestion("x", ("public",), filters={"country": ["BE"], "level": ["LOCAL"], "topic": []})

    assert requests.readable(question)[2:] == ['facet.country IN ["BE"]', 'facet.level IN ["LOCAL"]']
    assert requests.readable(question, without="country")[2:] == ['facet.level IN ["LOCAL"]']
    page = requests.federation("serra", question)
    assert set(page["facetsByIndex"]["serra"]) == {f"facet.{one}" for one in FACETS} - {"facet.country", "facet.level"}
    assert (page["offset"], page["limit"]) == (0, 20)
    assert requests.facet_federation("serra", "country")["facetsByIndex"] == {"serra": ["facet.country"]}


FOUND: dict[str, Any] = {
    "type": "Case",
    "thing": str(THING),
    "written_in": ["nl", "en"],
    "_formatted": {
        "type": "Case",
        "title": {"nl": "Een visie", "en": "A \u2068service\u2069 vision"},
        "summary": {"nl": "Over \u2068service\u2069", "en": "Of \u2068services\u2069"},
        "body": {"en": "Nothing"},
        "terms": {"da": "\u2068service\u2069vision"},
    },
    "_federation": {"indexUid": "serra", "queriesPosition": 0, "weightedRankingScore": 0.87},
}


def test_a_hit_names_the_language_that_answered_best() -> None:
    """The marks of Meilisearch's own highlighting tell where a thing answers, and are its snippets."""
    found = hit(FOUND, ["nl"])

    assert (found.type, found.id, found.score, found.language) == ("Case", THING, 0.87, "en")
    assert found.snippets == (
        Snippet("title", "A \u2068service\u2069 vision"),
        Snippet("summary", "Of \u2068services\u2069"),
    )


def test_a_hit_by_terms_shows_them() -> None:
    """A thing found by the terms of a language that it was not written in says so, and shows the term."""
    found = hit({**FOUND, "_formatted": {"terms": {"da": "\u2068service\u2069vision"}}}, ["da", "en"])

    assert (found.language, found.snippets) == ("en", (Snippet("terms", "\u2068service\u2069vision"),))


def test_an_answer_joins_page_and_narrowed_counts() -> None:
    """The total is the page's; a filtered facet's counts are those that were asked without its filter."""
    page = {
        "hits": [FOUND],
        "estimatedTotalHits": 41,
        "facetsByIndex": {"serra": {"distribution": {"facet.level": {"LOCAL": 2, "OTHER": 5}}}},
    }
    narrowed = {"country": {"facetsByIndex": {"serra": {"distribution": {"facet.country": {"BE": 3}}}}, "hits": []}}

    found = answer("serra", SearchQuestion("x", ("public",)), page, narrowed)

    assert (found.total, len(found.hits), found.degraded) == (41, 1, False)
    assert found.facets["level"] == (FacetBucket("OTHER", 5), FacetBucket("LOCAL", 2))
    assert found.facets["country"] == (FacetBucket("BE", 3),)
    assert found.facets["topic"] == ()


@pytest.mark.parametrize("key", ["a-secret-key", "a-secret\nkey"])
async def test_a_server_that_is_away_is_an_unavailable_engine(key: str) -> None:
    """Nothing listens: each method raises the port's error, which does not hold the key, and health says no."""
    away = MeilisearchSearch("http://127.0.0.1:1", key)
    for call in (
        away.ask(SearchQuestion("greenhouse", ("public",))),
        away.put([case()]),
        away.remove([("Case", THING)]),
        away.prepare(),
    ):
        with pytest.raises(SearchEngineUnavailable) as refusal:
            await call
        assert "secret" not in f"{refusal.value} {refusal.value.__cause__} {refusal.value.__context__}"
    assert not await away.healthy()
    await away.aclose()
