"""What a version of a case can say: every field of it is kept, and what makes no sense is refused by its place."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from schema import schema
from tests.client import Client
from tests.factories.cases import content, drafted_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words

As = Callable[[str | None], Client]
NOTATIONS = {"topic": "mergers", "eurovoc": "4038", "target-group": "jobseekers", "cofog": "04.1", "method": "workshop"}
TEXTS = "lessons { text { text } } barriers { text { text } } successConditions { text { text } }"
QUERY = f"""{{ case(slug: "olen-vision") {{
    title {{ text }} summary {{ text }} challenge {{ text }} context {{ text }} licence languages
    start {{ value precision source }} end {{ value precision source }}
    sourceDocument {{ title publisher publishedOn url }}
    topics {{ notation }} targetGroups {{ notation }} functions {{ notation }}
    participations {{ role organisation {{ slug }} stakeholderGroup {{ text }} headcount {{ value }} }}
    phases {{ name {{ text }} stage description {{ text }} duration {{ value unit }} }}
    methods {{ method {{ notation }} phase {{ stage }} withWhom {{ text }} facilitator {{ slug }} note {{ text }}
        duration {{ value unit }} }}
    findings {{ statement {{ text }} }}
    challenges {{ statement {{ text }} finding {{ statement {{ text }} }} importanceForCitizen
        importanceForOrganisation }}
    ideas {{ title {{ text }} description {{ text }} challenge {{ statement {{ text }} }} value effort impact priority
        sheet {{ goal {{ text }} responsible {{ text }} steps {{ text }} cost currency start {{ value }}
            end {{ value }} }} }}
    roadMap {{ phase {{ text }} subProject {{ text }} idea {{ title {{ text }} }} start {{ value }} end {{ value }} }}
    principles {{ level statement {{ text }} parent {{ level }} }}
    outputs {{ kind statement {{ text }} status quantity unit {{ text }} }}
    outcomes {{ kind indicator {{ text }} value unit baseline denominator respondents period source {{ text }} }}
    {TEXTS} resourceNeeds {{ text {{ text }} }}
    contacts {{ name source role {{ text }} organisation {{ slug }} }}
}} }}"""


def day(value: str) -> dict[str, Any]:
    """A date to the day, as somebody claims it."""
    return {"value": value, "precision": "DAY", "source": "Annual report"}


FULL: dict[str, Any] = {
    "title": words("A vision"),
    "summary": words("In short"),
    "challenge": words("One offer"),
    "context": words("After a merger"),
    "licence": "CC-BY-4.0",
    "languages": ["nl", "fr"],
    "sourceDocument": {
        "title": "Olen tells",
        "publisher": "City of Olen",
        "publishedOn": "2019-09-25",
        "url": "https://www.olen.be/vision",
    },
    "start": [day("2018-01-15"), {"value": "2017", "precision": "YEAR"}],
    "end": [{"value": "2019-06", "precision": "MONTH", "source": "A newspaper"}],
    "topics": ["mergers", "4038"],
    "targetGroups": ["jobseekers"],
    "functions": ["04.1"],
    "participations": [
        {"role": "OWNER", "organisation": "olen"},
        {"role": "CO_CREATOR", "stakeholderGroup": words("Citizens"), "headcount": 40},
    ],
    "phases": [
        {"name": words("Look"), "stage": "DISCOVER"},
        {
            "name": words("Make"),
            "stage": "DEVELOP",
            "description": words("In three rooms"),
            "duration": {"value": 2.5, "unit": "MONTH"},
        },
    ],
    "methods": [
        {
            "method": "workshop",
            "phase": 1,
            "withWhom": words("Staff"),
            "facilitator": "review-institute",
            "note": words("Twice"),
            "duration": {"value": 3, "unit": "HOUR"},
        }
    ],
    "findings": [{"statement": words("Forms")}, {"statement": words("Queues")}],
    "challenges": [
        {
            "statement": words("Shorter queues"),
            "finding": 1,
            "importanceForCitizen": 5,
            "importanceForOrganisation": 1,
        }
    ],
    "ideas": [
        {
            "title": words("One desk"),
            "description": words("For everything"),
            "challenge": 0,
            "value": 5,
            "effort": 2,
            "impact": 4,
            "priority": 1,
            "sheet": {
                "goal": words("Open it"),
                "responsible": words("The clerk"),
                "steps": [words("Plan"), words("Build")],
                "cost": 1250.5,
                "currency": "EUR",
                "start": [day("2020-01-01")],
                "end": [day("2020-12-31")],
            },
        },
        {"title": words("A second idea")},
    ],
    "roadMap": [
        {
            "phase": words("Year one"),
            "subProject": words("Desk"),
            "idea": 0,
            "start": [day("2020-02-01")],
            "end": [day("2020-03-01")],
        }
    ],
    "principles": [
        {"level": "VALUE", "statement": words("Near")},
        {"level": "PRINCIPLE", "statement": words("We come to you"), "parent": 0},
    ],
    "outputs": [
        {"kind": "IDEAS", "statement": words("Ideas"), "status": "DELIVERED", "quantity": 40, "unit": words("ideas")}
    ],
    "outcomes": [
        {
            "kind": "MEASURED",
            "indicator": words("Satisfied"),
            "value": 81.5,
            "unit": "PERCENT",
            "baseline": 60,
            "denominator": 200,
            "respondents": 150,
            "period": "2019",
            "source": words("A survey"),
        },
        {"kind": "NOT_YET_KNOWN", "indicator": words("Cost")},
    ],
    "lessons": [words("Ask early"), words("Ask again")],
    "barriers": [words("Time")],
    "successConditions": [words("A sponsor")],
    "resourceNeeds": [words("Two people")],
    "contacts": [{"name": "Ann", "source": "Page 3", "role": words("Clerk"), "organisation": "olen"}],
}


def shown(given: Any) -> Any:
    """What a reader gets for an input, where no reference is involved; null for each field that was left out."""
    if isinstance(given, list) and given and isinstance(given[0], dict) and "language" in given[0]:
        return {"text": given[0]["text"]}
    if isinstance(given, list):
        return [shown(one) for one in given]
    return {key: shown(value) for key, value in given.items()} if isinstance(given, dict) else given


def said(text: str) -> dict[str, str]:
    """A text as it is shown."""
    return {"text": text}


def expected() -> dict[str, Any]:
    """FULL as a reader gets it: references are followed, and what was left out is null."""
    seen: dict[str, Any] = shown(FULL)
    seen["start"][1]["source"] = None
    for name in ("topics", "targetGroups", "functions"):
        seen[name] = [{"notation": notation} for notation in sorted(FULL[name])]
    seen["participations"] = [
        {"role": "OWNER", "organisation": {"slug": "olen"}, "stakeholderGroup": None, "headcount": None},
        {"role": "CO_CREATOR", "organisation": None, "stakeholderGroup": said("Citizens"), "headcount": {"value": 40}},
    ]
    seen["phases"][0] |= {"description": None, "duration": None}
    seen["methods"][0] |= {
        "method": {"notation": "workshop"},
        "phase": {"stage": "DEVELOP"},
        "facilitator": {"slug": "review-institute"},
    }
    seen["challenges"][0]["finding"] = {"statement": said("Queues")}
    seen["ideas"][0]["challenge"] = {"statement": said("Shorter queues")}
    seen["ideas"][0]["sheet"] |= {"start": [{"value": "2020-01-01"}], "end": [{"value": "2020-12-31"}]}
    seen["ideas"][1] |= dict.fromkeys(("description", "challenge", "value", "effort", "impact", "priority", "sheet"))
    seen["roadMap"][0] |= {
        "idea": {"title": said("One desk")},
        "start": [{"value": "2020-02-01"}],
        "end": [{"value": "2020-03-01"}],
    }
    seen["principles"][0]["parent"] = None
    seen["principles"][1]["parent"] = {"level": "VALUE"}
    seen["outcomes"][1] |= dict.fromkeys(
        ("value", "unit", "baseline", "denominator", "respondents", "period", "source")
    )
    for name in ("lessons", "barriers", "successConditions", "resourceNeeds"):
        seen[name] = [{"text": text} for text in seen[name]]
    seen["contacts"][0]["organisation"] = {"slug": "olen"}
    return seen


def unused(kind: GraphQLInputObjectType, given: list[Any]) -> Iterator[str]:
    """The fields of an input type that none of the given values says anything in."""
    for name, field in kind.fields.items():
        values: list[Any] = [one[name] for one in given if name in one]
        if not values:
            yield f"{kind.name}.{name}"
        while values and isinstance(values[0], list):
            values = [one for many in values for one in many]
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType) and inner.name != "LocalisedTextInput":
            yield from unused(inner, values)


def test_the_full_content_is_full() -> None:
    """The content that is read back below says something in every field there is."""
    kind = schema.type_map["CaseContentInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    assert list(unused(kind, [FULL])) == []


async def test_everything_that_was_said_is_read_back(as_: As, network: SmallNetwork) -> None:
    """Each field of each part comes back as it was given, in order, with its references followed."""
    concepts = [{"scheme": scheme, "notation": one, "prefLabel": words(one)} for scheme, one in NOTATIONS.items()]
    await as_(network.steward).do("defineConcepts", {"concepts": concepts}, "__typename")
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor, content=FULL)
    assert (await editor.ask(QUERY))["case"] == expected()
    await editor.do("editCase", {"id": case_id, "content": FULL}, "case { id }")
    assert (await editor.ask(QUERY))["case"] == expected()


def weighed(**weights: Any) -> dict[str, Any]:
    """An idea with weights."""
    return {"ideas": [{"title": words("Idea"), **weights}]}


def challenging(**weights: int) -> dict[str, Any]:
    """A challenge with weights."""
    return {"challenges": [{"statement": words("Challenge"), **weights}]}


def outcome(kind: str = "OBSERVED", /, **said: Any) -> dict[str, Any]:
    """An outcome."""
    return {"outcomes": [{"kind": kind, "indicator": words("Satisfied"), **said}]}


def taking_part(**said: Any) -> dict[str, Any]:
    """A participation."""
    return {"participations": [{"role": "TESTER", **said}]}


OUTPUT = {"kind": "IDEAS", "statement": words("Ideas"), "status": "DELIVERED"}
NO_TIME = {"value": 0, "unit": "DAY"}
RULES = [
    (taking_part(), ("INVALID", "participations.0")),
    (taking_part(organisation="olen", stakeholderGroup=words("All")), ("INVALID", "participations.0")),
    (taking_part(organisation="olen", headcount=0), ("INVALID", "participations.0.headcount")),
    (taking_part(organisation="olen", headcount=-1), ("INVALID", "participations.0.headcount")),
    (outcome("MEASURED"), ("REQUIRED", "outcomes.0.value")),
    (outcome(value=3), ("REQUIRED", "outcomes.0.unit")),
    (outcome(value=100.5, unit="PERCENT"), ("INVALID", "outcomes.0.value")),
    (outcome(value=-0.5, unit="PERCENT"), ("INVALID", "outcomes.0.value")),
    (outcome(value=50, baseline=101, unit="PERCENT"), ("INVALID", "outcomes.0.baseline")),
    *(
        (outcome(unit=unit, **{figure: -1}), ("INVALID", f"outcomes.0.{figure}"))
        for figure in ("value", "baseline")
        for unit in ("COUNT", "HOURS", "DAYS", "PERCENT")
    ),
    (outcome(baseline=3), ("REQUIRED", "outcomes.0.unit")),
    (outcome(respondents=-1), ("INVALID", "outcomes.0.respondents")),
    ({"outputs": [{**OUTPUT, "quantity": -1}]}, ("INVALID", "outputs.0.quantity")),
    ({"phases": [{"name": words("Look"), "stage": "TEST", "duration": NO_TIME}]}, ("INVALID", "phases.0.duration")),
    (weighed(priority=0), ("INVALID", "ideas.0.priority")),
    (weighed(sheet={"goal": words("Open"), "cost": -0.01}), ("INVALID", "ideas.0.sheet.cost")),
    (outcome(denominator=0), ("INVALID", "outcomes.0.denominator")),
    (outcome(respondents=0), ("INVALID", "outcomes.0.respondents")),
    *(
        (weighed(**{name: weight}), ("INVALID", f"ideas.0.{name}"))
        for name in ("value", "effort", "impact")
        for weight in (0, 6)
    ),
    *(
        (challenging(**{name: weight}), ("INVALID", f"challenges.0.{name}"))
        for name in ("importanceForCitizen", "importanceForOrganisation")
        for weight in (0, 6)
    ),
]
REFERENCES = [
    ({"topics": ["unheard-of"]}, ("NOT_FOUND", "topics")),
    (taking_part(organisation="nobody"), ("NOT_FOUND", "participations.0.organisation")),
    ({"methods": [{"method": "unheard-of"}]}, ("NOT_FOUND", "methods.0.method")),
    (weighed(challenge=0), ("INVALID", "ideas.0.challenge")),
    (challenging(finding=-1), ("INVALID", "challenges.0.finding")),
    (
        {"principles": [{"level": "VALUE", "statement": words("Near"), "parent": 0}]},
        ("INVALID", "principles.0.parent"),
    ),
    (
        {"roadMap": [{"phase": words("One"), "subProject": words("Desk"), "idea": 3}]},
        ("INVALID", "roadMap.0.idea"),
    ),
    (
        {"contacts": [{"name": "Ann", "source": "Page 3", "organisation": "nobody"}]},
        ("NOT_FOUND", "contacts.0.organisation"),
    ),
]


def sheet(**said: Any) -> dict[str, Any]:
    """An idea with an implementation sheet."""
    return {"ideas": [{"title": words("Idea"), "sheet": {"goal": words("Open"), **said}}]}


def source(**said: Any) -> dict[str, Any]:
    """A source document."""
    return {"sourceDocument": {"title": "Olen tells", **said}}


def contact(**said: Any) -> dict[str, Any]:
    """A contact."""
    return {"contacts": [{"name": "Ann", "source": "Page 3", **said}]}


LIMITS = [
    ({"title": words("x" * 201)}, ("TOO_LONG", "title")),
    ({"summary": words("x" * 501)}, ("TOO_LONG", "summary")),
    ({"context": words("x" * 20_001)}, ("TOO_LONG", "context")),
    ({"licence": "x" * 41}, ("INVALID", "licence")),
    ({"licence": "all rights reserved"}, ("INVALID", "licence")),
    ({"start": [{"value": "2019-13", "precision": "MONTH"}]}, ("INVALID", "start.0")),
    (sheet(currency="EURO"), ("INVALID", "ideas.0.sheet.currency")),
    (sheet(currency="eur"), ("INVALID", "ideas.0.sheet.currency")),
    (sheet(steps=[words("x")] * 201), ("TOO_LONG", "ideas.0.sheet.steps")),
    (sheet(end=[day("2020-01-01")] * 201), ("TOO_LONG", "ideas.0.sheet.end")),
    (
        {"roadMap": [{"phase": words("One"), "subProject": words("Desk"), "start": [day("2020-01-01")] * 201}]},
        ("TOO_LONG", "roadMap.0.start"),
    ),
    (weighed(priority=0), ("INVALID", "ideas.0.priority")),
    (weighed(priority=100_000), ("INVALID", "ideas.0.priority")),
    (outcome(period="x" * 501), ("TOO_LONG", "outcomes.0.period")),
    (outcome(period=" "), ("REQUIRED", "outcomes.0.period")),
    (contact(name=""), ("REQUIRED", "contacts.0.name")),
    (contact(source="x" * 501), ("TOO_LONG", "contacts.0.source")),
    (source(title=" "), ("REQUIRED", "sourceDocument.title")),
    (source(publisher="x" * 501), ("TOO_LONG", "sourceDocument.publisher")),
    *(
        (source(url=url), ("INVALID", "sourceDocument.url"))
        for url in ("javascript:alert(1)", "data:text/html,hello", "www.olen.be", "https://", "https://a/ b", "")
    ),
    (
        {"phases": [{"name": words("Look"), "stage": "DISCOVER", "duration": {"value": 0, "unit": "DAY"}}]},
        ("INVALID", "phases.0.duration"),
    ),
    *(
        ({name: FULL[name][:1] * 201}, ("TOO_LONG", name))
        for name in FULL
        if isinstance(FULL[name], list) and name not in {"title", "summary", "challenge", "context"}
    ),
]


@pytest.mark.parametrize(("wrong", "refusal"), [*RULES, *REFERENCES, *LIMITS])
async def test_what_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, wrong: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """Each rule and each limit is told by its code and its place in the input, and nothing is stored."""
    editor = as_(network.olen_editor)
    given = {"slug": "olen-vision", "kind": "METHOD", "owner": "olen", "content": content(**wrong)}
    code, place = refusal
    assert await editor.refused("draftCase", given) == [(code, f"content.{place}")]
    assert (await editor.ask("{ cases(first: 1) { totalCount } }"))["cases"]["totalCount"] == 0


async def test_the_bounds_themselves_are_allowed(as_: As, network: SmallNetwork) -> None:
    """A limit is the last value that is allowed, not the first that is refused."""
    editor = as_(network.olen_editor)
    at_the_bounds = content(
        title=words("x" * 200),
        licence="x" * 40,
        lessons=[words("x")] * 200,
        ideas=[{"title": words("x"), "value": 1, "effort": 5, "priority": 1_000}],
        outcomes=[
            {"kind": "MEASURED", "indicator": words("x"), "value": 0, "unit": "PERCENT", "denominator": 1},
            {"kind": "MEASURED", "indicator": words("x"), "value": 100, "unit": "PERCENT", "period": "x" * 500},
            {"kind": "MEASURED", "indicator": words("x"), "value": 101, "unit": "SCORE", "respondents": 2**31 - 1},
        ],
        participations=[{"role": "OWNER", "organisation": "olen", "headcount": 1}],
        outputs=[{"kind": "IDEAS", "statement": words("x"), "status": "STARTED", "quantity": 2**31 - 1}],
    )
    await drafted_case(editor, content=at_the_bounds)


async def test_all_that_is_wrong_is_told_at_once(as_: As, network: SmallNetwork) -> None:
    """An author gets every problem of a text in one answer."""
    wrong = content(title=[], licence="?", **outcome("MEASURED"), **weighed(value=9))
    given = {"slug": "olen-vision", "kind": "METHOD", "owner": "olen", "content": wrong}
    refused = await as_(network.olen_editor).refused("draftCase", given)
    assert {field for _, field in refused} == {
        "content.title",
        "content.licence",
        "content.outcomes.0.value",
        "content.ideas.0.value",
    }
