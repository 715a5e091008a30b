"""Whoever names something that is not there is told which field of their input names it, and in the words they used.

Every field of every mutation by which something is named gets tried.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_input_field,
)

from schema import schema
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import drafted_case
from tests.factories.comments import commented, person_id
from tests.factories.network import SmallNetwork, person
from tests.factories.practices import drafted_practice
from tests.factories.rounds import planned

As = Callable[[str | None], Client]
Path = tuple[str, ...]
NAMES: Final = {
    *("organisation", "owner", "host", "network", "to", "parent", "facilitator", "case", "cases", "networks"),
    *("organisations", "facilitators", "members", "topics", "targetGroups", "functions", "method", "broader", "alias"),
}
"""Fields of texts that name something by its slug, notation or alias; those of ids do so by their type."""
TEXTS: Final = {
    "organisation": "olen",
    "owner": "olen",
    "network": "learning",
    "to": "olen",
    "case": "olen-vision",
    "country": "BE",
    "value": "2026",
    "sha256": "0" * 64,
    "mediaType": "application/pdf",
    "email": "a@serra.example",
}
VALUES: Final = {
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "ByteCount": 1,
    "Date": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    "DateTime": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
}
REACHED: Final = {
    ("addComment", "organisation"),
    ("admitOrganisation", "organisation"),
    ("createEvent", "host"),
    ("createLab", "case"),
    ("draftCase", "content.topics"),
    ("draftCase", "owner"),
    ("draftPractice", "content.sources.0.case"),
    ("leaveNetwork", "network"),
    ("leaveOrganisation", "organisation"),
    ("planTestRound", "case"),
    ("planTestRound", "organisation"),
    ("planTestRound", "sites.0.organisation"),
    ("recordAdoption", "organisation"),
    ("requestReview", "organisation"),
    ("shareCase", "audience.networks"),
    ("withdrawConsent", "alias"),
}
"""Names that nothing else of the least input keeps from being looked up: what is tried is not tried in vain."""
TELLS_NOTHING: Final = {("requestAccess", ("case",))}
"""Who asks for a case is never told whether there is one."""
SLUG, ID = "no-such-thing", "case_" + "0" * 32


@dataclass(frozen=True, slots=True)
class Named:
    """A field that names something."""

    mutation: str
    path: Path
    is_id: bool


def inputs() -> Mapping[str, GraphQLInputObjectType]:
    """The input type of each mutation."""
    assert schema.mutation_type is not None
    return {
        name: cast("Any", get_named_type(field.args["input"].type))
        for name, field in schema.mutation_type.fields.items()
    }


def named(mutation: str, of: GraphQLInputObjectType, path: Path = ()) -> Iterator[Named]:
    """The fields of an input, at any depth, that name something; a list's only part has the index 0."""
    for name, field in of.fields.items():
        inner = get_named_type(field.type)
        here = (*path, name, *(["0"] if is_list_type(get_nullable_type(field.type)) else []))
        if isinstance(inner, GraphQLInputObjectType):
            yield from named(mutation, inner, here)
        elif inner.name == "ID" or (inner.name == "String" and name in NAMES):
            yield Named(mutation, here, inner.name == "ID")


def given(of: GraphQLInputObjectType, path: Path, wrong: str, known: Mapping[str, str]) -> dict[str, Any]:
    """The least input with `wrong` at a path."""
    return {
        name: _value(field.type, name, path[1:] if path[:1] == (name,) else (), wrong, known)
        if path != (name,)
        else wrong
        for name, field in of.fields.items()
        if is_required_input_field(field) or path[:1] == (name,)
    }


def _value(of: GraphQLInputType, name: str, path: Path, wrong: str, known: Mapping[str, str]) -> Any:
    if isinstance(of, GraphQLNonNull):
        return _value(of.of_type, name, path, wrong, known)
    if isinstance(of, GraphQLList):
        return [wrong if path == ("0",) else _value(of.of_type, name, path[1:], wrong, known)]
    if isinstance(of, GraphQLInputObjectType):
        return given(of, path, wrong, known)
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    return known.get(name, ID) if of.name == "ID" else VALUES.get(of.name, TEXTS.get(name, SLUG))


@pytest.mark.parametrize("mutation", inputs())
async def test_what_is_not_there_is_told_by_its_field(as_: As, network: SmallNetwork, mutation: str) -> None:
    """An unknown slug, notation, alias or id is refused at the field that names it, by a path into the input."""
    of = inputs()[mutation]
    asking = as_(await person("All", {network.olen: Role.ADMIN}, network.network, is_steward=True))
    known = await _known(asking, mutation)
    reached = set()
    for one in named(mutation, of):
        wrong = ID if one.is_id else SLUG
        payload = await asking.change(mutation, given(of, one.path, wrong, known), "__typename")
        if (mutation, one.path) in TELLS_NOTHING:
            continue
        assert payload["userErrors"], (mutation, one.path)
        for error in payload["userErrors"]:
            told = (mutation, one.path, error)
            if error["code"] in {"FORBIDDEN", "WRONG_STATE"} and not error["field"]:
                continue
            _check_path(of, error["field"])
            if error["code"] == "NOT_FOUND" and tuple(error["field"]) in {one.path, one.path[:-1]}:
                assert ("with this id" in error["message"]) == one.is_id, told
                assert one.is_id or SLUG in error["message"], told
                reached.add((mutation, ".".join(error["field"])))
            elif error["code"] == "NOT_FOUND":
                assert error["field"], told
    assert {name for name in REACHED if name[0] == mutation} <= reached


async def test_who_is_no_member_is_told_so(as_: As, network: SmallNetwork) -> None:
    """Whoever leaves what they do not belong to named it by its slug, and by no id."""
    given_so = {"organisation": "arbetsformedlingen"}
    payload = await as_(network.olen_editor).change("leaveOrganisation", given_so, "__typename")
    (error,) = payload["userErrors"]
    assert (error["field"], error["message"]) == (["organisation"], "You are no member of «arbetsformedlingen».")


async def _known(asking: Client, mutation: str) -> dict[str, str]:
    """What there is to name, by the field that names it in a mutation's input."""
    case_id = await drafted_case(asking)
    made = await planned(asking)
    kinds = {
        "Case": case_id,
        "TestRound": made["id"],
        "Practice": await drafted_practice(asking),
        "Comment": await commented(asking, case_id),
    }
    rounds = ("record", "begin", "withdrawConsent")
    row = next((kinds[kind] for kind in kinds if kind in mutation), made["id"] if mutation.startswith(rounds) else ID)
    someone = await person_id("Reviewer")
    return {"id": row, "case": case_id, "subject": case_id, "person": someone, "reviewer": someone}


def _check_path(of: GraphQLInputObjectType, path: list[str]) -> None:
    """Fail unless a path leads to a field of the input."""
    assert path, "It names no field."
    inside: Any = of
    for step in path:
        if not step.isdigit():
            assert isinstance(inside, GraphQLInputObjectType), path
            assert step in inside.fields, path
            inside = get_named_type(inside.fields[step].type)


def test_every_kind_of_name_is_tried() -> None:
    """What is tried reaches into lists and parts, by slug and by id."""
    tried = {(one.mutation, ".".join(one.path)) for name, of in inputs().items() for one in named(name, of)}
    assert len(tried) > 150
    assert {
        ("planTestRound", "case"),
        ("planTestRound", "sites.0.organisation"),
        ("draftCase", "content.methods.0.method"),
        ("shareCase", "audience.networks.0"),
        ("leaveOrganisation", "organisation"),
        ("markNotificationsRead", "ids.0"),
        ("recordVerdicts", "verdicts.0.criterion"),
    } <= tried
