"""defineConcepts, through GraphQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from services.concepts.tables import Concept
from services.organisations.tables import PersonalToken
from services.organisations.tokens import secret_hash
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words

As = Callable[[str | None], Client]
CONCEPTS = """concepts {
  id scheme notation uri label prefLabels { language text } altLabels { language text }
  broader { notation } narrower { notation }
}"""


def concept(notation: str = "interview", **changes: Any) -> dict[str, Any]:
    """A concept of the scheme `method` with an English label."""
    return {"scheme": "method", "notation": notation, "prefLabel": words(notation.title()), **changes}


async def define(client: Client, *concepts: dict[str, Any]) -> list[dict[str, Any]]:
    """Define concepts; gives them as the payload shows them."""
    payload = await client.do("defineConcepts", {"concepts": [*concepts]}, CONCEPTS)
    defined: list[dict[str, Any]] = payload["concepts"]
    return defined


async def test_a_vocabulary_keeps_what_is_defined(as_: As, network: SmallNetwork) -> None:
    """Labels in every language, other names and the wider concept, which may come later in the same request."""
    given = concept(
        "street-interview",
        uri="https://example.org/street-interview",
        prefLabel=[*words("Straatinterview", "nl"), *words("Street interview"), *words("Gatuintervju", "sv")],
        altLabels=[
            {"language": "en", "texts": ["vox pop", "street survey"]},
            {"language": "nl", "texts": ["straatgesprek"]},
        ],
        broader="interview",
    )
    defined = await define(as_(network.steward), given, concept())
    assert [one["notation"] for one in defined] == ["street-interview", "interview"]
    assert defined[0].pop("id").startswith("concept_")
    assert defined[0] == {
        "scheme": "method",
        "notation": "street-interview",
        "uri": "https://example.org/street-interview",
        "label": "Street interview",
        "prefLabels": [
            {"language": "en", "text": "Street interview"},
            {"language": "nl", "text": "Straatinterview"},
            {"language": "sv", "text": "Gatuintervju"},
        ],
        "altLabels": [
            {"language": "en", "text": "vox pop"},
            {"language": "en", "text": "street survey"},
            {"language": "nl", "text": "straatgesprek"},
        ],
        "broader": {"notation": "interview"},
        "narrower": [],
    }
    assert defined[1]["narrower"] == [{"notation": "street-interview"}]
    assert defined[1]["altLabels"] == []


async def test_a_known_concept_is_replaced(as_: As, network: SmallNetwork) -> None:
    """The same scheme and notation keep their id, and what the new definition leaves out is gone."""
    steward = as_(network.steward)
    [wide] = await define(steward, concept())
    [first] = await define(
        steward,
        concept("vox-pop", broader="interview", uri="urn:x:1", altLabels=[{"language": "en", "texts": ["street"]}]),
    )
    [second] = await define(steward, concept("vox-pop", prefLabel=words("Voxpop", "nl")))
    assert second["id"] == first["id"]
    assert (second["broader"], second["uri"], second["altLabels"]) == (None, None, [])
    assert second["label"] == "Voxpop"
    [again] = await define(steward, concept("vox-pop", broader="interview"))
    assert again["broader"] == {"notation": "interview"}
    assert await Concept.count() == 2
    assert wide["id"] != first["id"]


async def test_a_notation_belongs_to_its_scheme(as_: As, network: SmallNetwork) -> None:
    """Two schemes may use one notation, and a wider concept is looked for in the concept's own."""
    steward = as_(network.steward)
    method, topic = await define(steward, concept(), concept(scheme="topic"))
    assert method["id"] != topic["id"]
    other = concept("walk", scheme="target-group", broader="interview")
    refused = await steward.refused("defineConcepts", {"concepts": [other]})
    assert refused == [("NOT_FOUND", "concepts.0.broader")]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"scheme": "animals"}, "INVALID", "scheme"),
        ({"notation": ""}, "INVALID", "notation"),
        ({"notation": "two words"}, "INVALID", "notation"),
        ({"notation": "x" * 121}, "INVALID", "notation"),
        ({"uri": "no uri"}, "INVALID", "uri"),
        ({"prefLabel": []}, "REQUIRED", "prefLabel"),
        ({"prefLabel": words("a") + words("b")}, "INVALID", "prefLabel"),
        ({"prefLabel": words(" ")}, "INVALID", "prefLabel.0.text"),
        ({"prefLabel": words("x" * 201)}, "INVALID", "prefLabel.0.text"),
        ({"altLabels": [{"language": "en", "texts": ["Interview"]}]}, "INVALID", "altLabels.0.texts.0"),
        ({"altLabels": [{"language": "en", "texts": ["a", "a "]}]}, "INVALID", "altLabels.0.texts.1"),
        ({"altLabels": [{"language": "en", "texts": [""]}]}, "INVALID", "altLabels.0.texts.0"),
        ({"altLabels": [{"language": "en", "texts": []}, {"language": "en", "texts": []}]}, "INVALID", "altLabels"),
        (
            {"altLabels": [{"language": "en", "texts": [f"t{n}" for n in range(101)]}]},
            "TOO_LONG",
            "altLabels",
        ),
        ({"broader": "nothing"}, "NOT_FOUND", "broader"),
        ({"broader": "interview"}, "INVALID", "broader"),
    ],
)
async def test_a_concept_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named by its place, and nothing of the request is stored."""
    given = {"concepts": [concept("fine"), {**concept(), **changes}]}
    refused = await as_(network.steward).refused("defineConcepts", given)
    assert refused == [(code, f"concepts.1.{field}")]
    assert await Concept.count() == 0


async def test_a_request_holds_one_to_two_hundred(as_: As, network: SmallNetwork) -> None:
    """Two hundred concepts fit, two hundred and one do not, and none or the same one twice neither."""
    steward = as_(network.steward)
    many = [concept(f"method-{place}") for place in range(201)]
    assert await steward.refused("defineConcepts", {"concepts": many}) == [("TOO_LONG", "concepts")]
    assert await steward.refused("defineConcepts", {"concepts": []}) == [("REQUIRED", "concepts")]
    twice = {"concepts": [concept(), concept()]}
    assert await steward.refused("defineConcepts", twice) == [("INVALID", "concepts.1")]
    assert len(await define(steward, *many[:200])) == 200


async def test_no_concept_is_wider_than_itself(as_: As, network: SmallNetwork) -> None:
    """A circle is refused, within a request, over several, and when two requests at once would close it."""
    steward = as_(network.steward)
    circle = [concept("a", broader="b"), concept("b", broader="c"), concept("c", broader="a")]
    refused = await steward.refused("defineConcepts", {"concepts": circle})
    assert refused == [("INVALID", f"concepts.{place}.broader") for place in range(3)]
    await define(steward, concept("a"), concept("b", broader="a"), concept("c", broader="b"))
    refused = await steward.refused("defineConcepts", {"concepts": [concept("a", broader="c")]})
    assert refused == [("INVALID", "concepts.0.broader")]
    await define(steward, concept("d"), concept("e"))
    payloads = await asyncio.gather(
        steward.change("defineConcepts", {"concepts": [concept("d", broader="e")]}, "__typename"),
        steward.change("defineConcepts", {"concepts": [concept("e", broader="d")]}, "__typename"),
    )
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1]


async def test_only_a_steward_defines(as_: As, network: SmallNetwork) -> None:
    """Others, and a steward's token without the scope WRITE, are refused; nobody must sign in first."""
    given = {"concepts": [concept()]}
    assert await as_(network.olen_editor).refused("defineConcepts", given) == [("FORBIDDEN", "")]
    query = "mutation ($input: DefineConceptsInput!) { defineConcepts(input: $input) { __typename } }"
    assert (await as_(None).send(query, input=given)).status_code == 401
    await PersonalToken.update({PersonalToken.scopes: ["READ"]}).where(
        PersonalToken.secret_hash == secret_hash(network.steward)
    )
    assert await as_(network.steward).refused("defineConcepts", given) == [("FORBIDDEN", "")]
