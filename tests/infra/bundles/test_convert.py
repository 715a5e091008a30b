from typing import Any

import pytest
from graphql import GraphQLInputObjectType, build_schema, value_from_ast_untyped
from hypothesis import given
from hypothesis import strategies as st

from infra.bundles.convert import Conversion, Shape
from infra.bundles.given import Given
from infra.bundles.read import read_bundle

SCHEMA = build_schema(
    """
    type Query { nothing: Int }
    enum Language { en nl fr }
    enum Method { HUMAN MACHINE }
    scalar Date
    input TextInput { language: Language!, text: String!, method: Method }
    input LabelsInput { language: Language!, labels: [String!]! }
    input AudienceInput { public: Boolean! = false, networks: [String!]! = [], organisations: [String!]! = [] }
    input PartInput { place: ID, places: [ID!], share: Float, statement: [TextInput!]! }
    input ThingInput {
      slug: String!
      audience: AudienceInput
      title: [TextInput!]!
      lessons: [[TextInput!]!]! = []
      labels: [LabelsInput!]! = []
      parts: [PartInput!]! = []
      method: Method
      count: Int
      sample: Boolean
      on: Date
    }
    """
)
date = SCHEMA.type_map["Date"]
date.parse_value = lambda text: int(text[:4])  # type: ignore[attr-defined]
date.parse_literal = value_from_ast_untyped  # type: ignore[attr-defined]
thing_input = SCHEMA.type_map["ThingInput"]
assert isinstance(thing_input, GraphQLInputObjectType)
THING: Shape = thing_input.fields
LANGUAGES = ("en", "nl", "fr")
WHOLE = "slug: a\ntitle: {en: A}\n"


def convert(text: str) -> tuple[dict[str, Any], list[tuple[int, str, str]]]:
    """The thing that a text describes, and what is wrong with it: line, place, words."""
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    (thing,) = read_bundle(f"serra: 1\ncases:\n-\n{lines}", "a.yaml").sections["cases"]
    conversion = Conversion("a.yaml")
    found = conversion.thing(thing, THING)
    return found, [
        (problem.line - 3, ".".join(map(str, problem.path[2:])), problem.message) for problem in conversion.problems
    ]


def value_of(field: str) -> Any:
    """What a field becomes, of a thing that is right."""
    found, problems = convert(WHOLE + field)
    assert problems == []
    return found[field.partition(":")[0]]


@given(st.dictionaries(st.sampled_from(LANGUAGES), st.text(min_size=1), min_size=1))
def test_a_text_becomes_a_list_by_language(texts: dict[str, str]) -> None:
    """Every language of a text arrives, in the order in which it was written: the first is the source."""
    title = Given({language: Given(text, 1) for language, text in texts.items()}, 1)
    conversion = Conversion("a.yaml")
    found = conversion.thing(Given({"slug": Given("a", 1), "title": title}, 1), THING)
    assert conversion.problems == []
    assert found["title"] == [{"language": language, "text": text} for language, text in texts.items()]


def test_a_text_may_say_how_it_was_made() -> None:
    """A translation by a machine says so in a map of its own."""
    assert value_of("lessons: [{en: A, fr: {text: B, method: MACHINE}}]") == [
        [{"language": "en", "text": "A"}, {"language": "fr", "text": "B", "method": "MACHINE"}]
    ]


def test_labels_by_language_are_lists() -> None:
    """What GraphQL lists by language is a map whose values are what that list wants."""
    assert value_of("labels: {en: [a, b], nl: [c]}") == [
        {"language": "en", "labels": ["a", "b"]},
        {"language": "nl", "labels": ["c"]},
    ]


def test_an_audience_is_a_list_of_keys() -> None:
    """Everyone, networks and organisations are told apart; nobody named is nobody."""
    assert value_of('audience: [public, "network:n", "organisation:o"]') == {
        "public": True,
        "networks": ["n"],
        "organisations": ["o"],
    }
    assert value_of("audience: []") == {"public": False, "networks": [], "organisations": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count: 8", 8),
        ("count: -8", -8),
        ("sample: true", True),
        ("sample: false", False),
        ("on: 2019-09-25", "2019-09-25"),
        ("method: HUMAN", "HUMAN"),
        ("parts: [{share: 7.5, statement: {en: A}}]", [{"share": 7.5, "statement": [{"language": "en", "text": "A"}]}]),
        (
            "parts: [{place: 2, places: [0, 1], statement: {en: A}}]",
            [{"place": 2, "places": [0, 1], "statement": [{"language": "en", "text": "A"}]}],
        ),
    ],
)
def test_a_value_becomes_what_its_field_takes(field: str, value: object) -> None:
    """The field says whether a word is a number, a truth, a date, a term or an index."""
    assert value_of(field) == value


def test_nothing_is_left_out() -> None:
    """A field that stands there empty is as good as one that does not."""
    assert convert(WHOLE + "count:\nmethod: ~\nlessons:\n") == convert(WHOLE)


@pytest.mark.parametrize(
    ("field", "place", "words"),
    [
        ("slgu: b", "slgu", "Did you mean «slug»?"),
        ("Count: 1", "Count", "Did you mean «count»?"),
        ("count: many", "count", "not a whole number"),
        ("count: 1.5", "count", "not a whole number"),
        ("count: [1]", "count", "One value"),
        ("sample: yes", "sample", "neither true nor false"),
        ("on: soon", "on", "invalid literal"),
        ("method: HUMANE", "method", "Did you mean «HUMAN»?"),
        ("method: [HUMAN]", "method", "One word"),
        ("lessons: {en: A}", "lessons", "A list"),
        ("lessons: [A]", "lessons.0", "in which language"),
        ("lessons: [{xx: A}]", "lessons.0.xx", "Known are: en, fr, nl."),
        ("lessons: [{en: A, then B}]", "lessons.0", "«then B» is no language. Within {…} a comma ends a text"),
        ("lessons: [{en: }]", "lessons.0.en", "Something must stand here"),
        ("lessons: [{en: {method: HUMAN}}]", "lessons.0.en", "«text» is missing"),
        ("lessons: [{en: {text: A, by: me}}]", "lessons.0.en.by", "no such field"),
        ("labels: {en: a}", "labels.en", "A list"),
        ("parts: [a]", "parts.0", "a map of place, places, share, statement"),
        ("parts: [{}]", "parts.0", "«statement» is missing"),
        ("parts: [{place: first, statement: {en: A}}]", "parts.0.place", "not an index"),
        ("parts: [{share: 1/2, statement: {en: A}}]", "parts.0.share", "not a number"),
        ("audience: public", "audience", "is a list"),
        ("audience: [publik]", "audience.0", "network:<slug>"),
        ("audience: ['network:']", "audience.0", "network:<slug>"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(field: str, place: str, words: str) -> None:
    """A value that its field does not take is told with line, place and what to write."""
    _, ((line, found_place, message),) = convert(WHOLE + field)
    assert (line, found_place) == (3, place)
    assert words in message


def test_all_problems_are_told_at_once() -> None:
    """An author hears of everything that is wrong with a thing, not of the first."""
    _, problems = convert("title: A\ncount: x\n")
    assert [place for _, place, _ in problems] == ["", "title", "count"]


def test_a_thing_is_a_map() -> None:
    """A word where a thing should stand is refused."""
    _, problems = convert("word")
    assert [message for _, _, message in problems] == ["Here must stand a map."]
