"""The root field `concepts`, and the labels of a concept."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words

As = Callable[[str | None], Client]
GREETING = [*words("Focus group"), *words("Focusgroep", "nl"), *words("Fokusgrupp", "sv")]


async def defined(client: Client) -> None:
    """Three methods and a topic."""
    methods = [
        {"scheme": "method", "notation": "focus-group", "prefLabel": GREETING},
        {"scheme": "method", "notation": "role-play", "prefLabel": words("Rollenspel", "nl")},
        {"scheme": "method", "notation": "seminar", "prefLabel": words("Seminar")},
    ]
    topic = {"scheme": "topic", "notation": "co-creation", "prefLabel": words("Co-creation")}
    await client.do("defineConcepts", {"concepts": [*methods, topic]}, "__typename")


async def test_everyone_reads_the_vocabularies(as_: As, network: SmallNetwork) -> None:
    """Concepts come by notation, those of one scheme or of all, a page at a time."""
    await defined(as_(network.steward))
    query = """query ($scheme: String, $after: String) {
      concepts(scheme: $scheme, first: 2, after: $after) {
        totalCount nodes { notation } pageInfo { hasNextPage endCursor }
      }
    }"""
    anyone = as_(None)
    first = (await anyone.ask(query, scheme="method"))["concepts"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert [one["notation"] for one in first["nodes"]] == ["focus-group", "role-play"]
    rest = (await anyone.ask(query, scheme="method", after=first["pageInfo"]["endCursor"]))["concepts"]
    assert [one["notation"] for one in rest["nodes"]] == ["seminar"]
    assert (await anyone.ask(query))["concepts"]["totalCount"] == 4
    assert (await anyone.ask(query, scheme=None))["concepts"]["totalCount"] == 4
    assert (await anyone.ask(query, scheme="animals"))["concepts"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("header", "arguments", "label"),
    [
        (None, "", "Focus group"),
        ("nl", "", "Focusgroep"),
        ("fr, sv;q=0.5", "", "Fokusgrupp"),
        ("nl", "(lang: sv)", "Fokusgrupp"),
        ("nl", "(lang: fr)", "Focusgroep"),
        (None, "(lang: fr)", "Focus group"),
        ("nl", "(lang: null)", "Focusgroep"),
    ],
)
async def test_a_label_is_in_the_language_wanted(
    as_: As, network: SmallNetwork, header: str | None, arguments: str, label: str
) -> None:
    """The argument decides, then Accept-Language, then English."""
    await defined(as_(network.steward))
    query = f'{{ concepts(scheme: "method", first: 1) {{ nodes {{ label{arguments} }} }} }}'
    client = as_(None).speaking(header) if header else as_(None)
    assert (await client.ask(query))["concepts"]["nodes"] == [{"label": label}]


async def test_a_label_in_any_language_is_better_than_none(as_: As, network: SmallNetwork) -> None:
    """Where there is neither the language wanted nor English, the label that there is stands in."""
    await defined(as_(network.steward))
    query = 'query ($lang: LanguageCode) { concepts(scheme: "method", first: 2) { nodes { label(lang: $lang) } } }'
    found: list[dict[str, Any]] = (await as_(None).ask(query, lang="de"))["concepts"]["nodes"]
    assert found[1] == {"label": "Rollenspel"}


async def test_labels_in_several_languages_stand_side_by_side(as_: As, network: SmallNetwork) -> None:
    """Aliases give one concept's label in each language in one request."""
    await defined(as_(network.steward))
    query = '{ concepts(scheme: "method", first: 1) { nodes { nl: label(lang: nl) sv: label(lang: sv) label } } }'
    found = (await as_(None).ask(query))["concepts"]["nodes"]
    assert found == [{"nl": "Focusgroep", "sv": "Fokusgrupp", "label": "Focus group"}]
