"""What a client sends never stands in SQL text: it travels beside the statement, as a parameter."""

from typing import Any

import graphql
import httpx
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

from schema import schema
from services.ids import new_id
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.statements import noted

assert schema.query_type
MARK = "zqmarkqz"
"""Stands in every value, and in no statement of ours."""
TEXTS = {
    "plain": f"{MARK}",
    "quotes": f"""{MARK}' "x" ''; drop table "case"; --$1 $$ $a$ \\' \\\\ E'\\n'""",
    "braces": f"{MARK}{{x}} {{0}} {{target}} {{keyring}} {{{{ }}}} {{value",
    "percent": f"{MARK} % %s %(x)s %% %1$s :x ?",
    "non-BMP": f"{MARK} 𝒮𝑒𝓇𝓇𝒶 🏛️ \U0010ffff \u202e\ufeff",
    "controls": f"{MARK}\x01\x1b\r\n\t\x7f",
    "empty": "",
    "very long": f"{MARK}" + "long " * 4_000,
    "an id": f"case_{new_id().hex}",
    "a cursor": "TkVXRVNUfHh8eQ==",
}
REFUSALS = {"BAD_CURSOR", "BAD_USER_INPUT", "INVALID", "PAGE_SIZE", "TOO_LONG"}


def _holds_text(of: GraphQLInputType) -> bool:
    named = graphql.get_named_type(of)
    if isinstance(named, GraphQLInputObjectType):
        return any(_holds_text(field.type) for field in named.fields.values())
    return named.name in {"ID", "String"}


def _value(of: GraphQLInputType, text: str) -> Any:
    """A value of a type in which every text is `text`."""
    if isinstance(of, GraphQLNonNull):
        return _value(of.of_type, text)
    if isinstance(of, GraphQLList):
        return [_value(of.of_type, text)] * 2
    if isinstance(of, GraphQLInputObjectType):
        return {
            name: _value(field.type, text)
            for name, field in of.fields.items()
            if _holds_text(field.type) or graphql.is_required_input_field(field)
        }
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    return text


ARGUMENTS = [
    (name, argument)
    for name, field in schema.query_type.fields.items()
    for argument, of in field.args.items()
    if _holds_text(of.type)
]


def _question(name: str, argument: str, text: str) -> tuple[str, dict[str, Any]]:
    """A query of one root field in which one argument holds the text, and the others only what they must."""
    assert schema.query_type
    field = schema.query_type.fields[name]
    given = {
        other: _value(of.type, text if other == argument else "x")
        for other, of in field.args.items()
        if other == argument or graphql.is_required_argument(of)
    }
    if "first" in field.args:
        given["last" if argument == "before" else "first"] = 2
    declared = ", ".join(f"${other}: {field.args[other].type}" for other in given)
    passed = ", ".join(f"{other}: ${other}" for other in given)
    called = f"({declared})" if declared else ""
    return f"query{called} {{ {name}({passed}) {{ __typename }} }}", given


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
async def test_no_value_stands_in_a_statement(
    lively: SmallNetwork, http: httpx.AsyncClient, name: str, argument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a text holds, the statements are the same, and a refusal is in our own words."""
    client = Client(http, lively.olen_editor)
    ran: dict[str, list[str]] = {}
    for kind, text in TEXTS.items():
        query, given = _question(name, argument, text)
        await client.ask("{ __typename }")  # signs in, so that what is noted is the question's alone
        with noted(monkeypatch) as statements:
            answer = (await client.send(query, **given)).json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= REFUSALS, (kind, answer)
        assert not any(MARK in statement for statement in statements), kind
        ran[kind] = statements
    ran.pop("an id")  # which names a type, and so a table: the one thing of a value that a statement may follow from
    compiled = {statement for statements in ran.values() for statement in statements if statement.endswith("as answer")}
    assert len(compiled) <= 1, compiled


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
async def test_no_value_in_a_document_stands_in_a_statement(
    lively: SmallNetwork, http: httpx.AsyncClient, name: str, argument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is written into the document becomes a parameter as a variable does."""
    client = Client(http, lively.olen_editor)
    compiled: set[str] = set()
    for kind in ("plain", "quotes", "braces", "percent", "non-BMP", "controls"):
        assert schema.query_type
        _, given = _question(name, argument, TEXTS[kind])
        types = schema.query_type.fields[name].args
        literals = {other: graphql.ast_from_value(value, types[other].type) for other, value in given.items()}
        passed = ", ".join(f"{other}: {graphql.print_ast(literal)}" for other, literal in literals.items() if literal)
        with noted(monkeypatch) as statements:
            answer = (await client.send(f"{{ {name}({passed}) {{ __typename }} }}")).json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= REFUSALS, (kind, answer)
        assert not any(MARK in statement for statement in statements), kind
        compiled |= {statement for statement in statements if statement.endswith("as answer")}
    assert len(compiled) <= 1, compiled


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
async def test_nul_is_refused(lively: SmallNetwork, http: httpx.AsyncClient, name: str, argument: str) -> None:
    """PostgreSQL stores no NUL: it is refused before anything runs, in a variable and in the document."""
    client = Client(http, lively.olen_editor)
    query, given = _question(name, argument, "a\x00b")
    refused = await client.send(query, **given)
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "NUL" in refused.json()["errors"][0]["message"]
