"""What the things of a section say: their fields are those of the mutations that make them, and a few more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from infra.bundles.convert import Conversion, Shape
from infra.bundles.given import BundleError, Given, Path, Problem
from infra.bundles.read import Bundle
from schema import schema

_NOT_IN_BUNDLES = frozenset({"idempotencyKey", "expectedVersion", "id"})
"""What a mutation takes that is about the request, not about the thing."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a bundle, ready to be sent: `fields` are input values."""

    file: str
    section: str
    given: Given
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What people call it."""
        match self.section:
            case "concepts":
                return f"{self.fields['scheme']} {self.fields['notation']}"
            case "testRounds":
                return f"{self.fields['case']} {self.fields['number']} by {self.fields['organisation']}"
            case _:
                return str(self.fields["slug"])

    def problem(self, path: Path, message: str) -> Problem:
        """Something that is wrong with it, at a path below it."""
        return Problem(self.file, self.given.at(path).line, (*self.given.path, *path), message)


def things_of(bundle: Bundle) -> dict[str, list[Thing]]:
    """The things of a bundle, by section. Raises BundleError with everything that does not fit the schema."""
    conversion = Conversion(bundle.name)
    found = {
        section: [Thing(bundle.name, section, given, conversion.thing(given, SHAPES[section])) for given in things]
        for section, things in bundle.sections.items()
    }
    problems = conversion.problems or [
        problem for thing in found.get("testRounds", ()) for problem in _check_indices(thing)
    ]
    if problems:
        raise BundleError(problems)
    return found


_POINTERS = (
    ("participants", "site", "sites"),
    ("observations", "site", "sites"),
    ("findings", "observations", "observations"),
    ("verdicts", "criterion", "criteria"),
    ("verdicts", "site", "sites"),
)
"""Which field of which list of a round holds indices in which other list."""


def _check_indices(thing: Thing) -> Iterator[Problem]:
    """Every index of a round leads somewhere."""
    for name, pointer, target in _POINTERS:
        there = len(thing.fields.get(target, ()))
        for place, part in enumerate(thing.fields.get(name, ())):
            given = part.get(pointer)
            for index in given if isinstance(given, list) else [given]:
                if isinstance(index, int) and not 0 <= index < there:
                    yield thing.problem(
                        (name, place, pointer), f"«{target}» has no entry {index}: it holds {there}, counted from 0."
                    )


def _input(mutation: str) -> Shape:
    """The fields of a mutation's input, less those that no bundle gives."""
    mutations = schema.mutation_type
    if mutations is None:
        raise TypeError("The schema has no mutations.")
    return _fields(mutations.fields[mutation].args["input"].type)


def _fields(of: Any, *less: str) -> Shape:
    named = get_named_type(of)
    if not isinstance(named, GraphQLInputObjectType):
        raise TypeError(f"{named} has no fields.")
    return {name: one for name, one in named.fields.items() if name not in _NOT_IN_BUNDLES | set(less)}


def _list(shape: Shape, name: str, says: str) -> GraphQLInputField:
    """A field that holds a list of maps of a shape."""
    entry = GraphQLInputObjectType(name, dict(shape))
    return GraphQLInputField(GraphQLList(GraphQLNonNull(entry)), description=says)


def _map(name: str, says: str, **numbers: str) -> GraphQLInputField:
    """A field that holds a map of whole numbers, each with what it says."""
    whole = GraphQLNonNull(GraphQLInt)
    entry = GraphQLInputObjectType(
        name, {number: GraphQLInputField(whole, description=meaning) for number, meaning in numbers.items()}
    )
    return GraphQLInputField(entry, description=says)


def _round() -> Shape:
    """A round from its plan to its conclusion.

    Its number is required: it is how a second import finds the round again. The finding of an earlier round is named
    by that round's number and its index there.
    """
    plan, start = _input("planTestRound"), _input("startTestRound")
    number = GraphQLInputField(
        GraphQLNonNull(GraphQLInt), description="Its number among the organisation's rounds on the case, from 1."
    )
    attended = {
        **_fields(plan["participants"].type),
        "actual": GraphQLInputField(GraphQLInt, description="How many came; left out while that is not known."),
    }
    found = {
        **_fields(_input("recordFindings")["findings"].type, "revises"),
        "previous": _map(
            "EarlierFinding",
            "The same finding in an earlier round of the organisation on this case.",
            round="The number of the earlier round.",
            finding="Index in its `findings`, from 0.",
        ),
    }
    observed = _fields(_input("recordObservations")["observations"].type)
    judged = _fields(_input("recordVerdicts")["verdicts"].type)
    return {
        **start,
        **plan,
        "number": number,
        "participants": _list(attended, "RoundParticipants", "Who was wanted and who came, group by group."),
        "observations": _list(observed, "RoundObservation", "What was seen and heard."),
        "findings": _list(found, "RoundFinding", "Themes grouped from the observations."),
        "verdicts": _list(judged, "RoundVerdict", "Whether each criterion held at each site."),
        "deviations": _list(_input("recordDeviation"), "RoundDeviation", "What was done otherwise than planned."),
        **_input("concludeTestRound"),
    }


PLAN = frozenset(_input("planTestRound"))
"""The fields of a round that are given when it is planned."""

CONTENT: Mapping[str, Shape] = {
    "cases": _fields(_input("draftCase")["content"].type),
    "practices": _fields(_input("draftPractice")["content"].type),
}
"""The fields that stand under `content`."""

SHAPES: Mapping[str, Shape] = {
    "concepts": _fields(_input("defineConcepts")["concepts"].type),
    "organisations": _input("registerOrganisation"),
    "networks": _input("createNetwork"),
    "labs": _input("createLab"),
    "cases": _input("draftCase"),
    "testRounds": _round(),
    "practices": _input("draftPractice"),
    "events": _input("createEvent"),
}
