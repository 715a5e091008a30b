"""The matrix of permissions: docs/permissions.md is read, and every cell of it is tried through GraphQL."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from schema import schema
from tests.client import Client, input_type
from tests.emptying import empty
from tests.factories.actions import ACTIONS, ELSEWHERE
from tests.factories.people import PEOPLE, cast
from tests.factories.permissions import Action, Given, World, world

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
ROWS = [(of, action) for of, actions in ACTIONS.items() for action in actions]
SIGN_IN = "sign in"


def tables() -> dict[str, dict[str, dict[str, str]]]:
    """The tables of the page: heading → action → column → cell."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    heading = ""
    columns: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if line.startswith("## "):
            heading, columns = line.removeprefix("## "), []
        elif line.startswith("| Action"):
            columns = cells[1:]
        elif line.startswith("| `") and columns:
            found.setdefault(heading, {})[cells[0]] = dict(zip(columns, cells[1:], strict=True))
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_world(http: httpx.AsyncClient, owner: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[World]:
    """Everyone, and the things that no attempt changes, for all tests of this file."""
    yield await world(await cast(http))
    await empty(owner)


@pytest.mark.parametrize(("of", "action"), ROWS, ids=[f"{action.name} on {of}" for of, action in ROWS])
async def test_everyone_may_do_what_the_table_says(shared_world: World, of: str, action: Action) -> None:
    """In each cell: done, refused by role, not there (in the words for what is not), or to be signed in for.

    Those who are refused come first, and all try the same; then it is still to be done.
    """
    rows = tables()[of]
    given = await action.make(shared_world)
    done = False
    for who, expected in sorted(rows[action.name].items(), key=lambda cell: cell[1] == "yes"):
        if done and expected == "yes" and action.name != "read":
            given = await action.make(shared_world)
        hidden = rows["read"][who] == "–"
        client, sent = shared_world.cast.clients[who], action.given_by(who, given)
        assert await outcome(client, action, sent, hidden) == expected, who
        done = expected == "yes"


async def outcome(client: Client, action: Action, given: Given, hidden: bool) -> str:  # noqa: FBT001 - a table's column
    """What comes of an attempt, in the words of the table; anything else as it came.

    Whoever cannot read the thing gets the answer, to the letter, that they get for a thing that is not there.
    """
    if action.name == "read":
        query = "query($id: ID!) { node(id: $id) { id } }"
        return "yes" if (await client.ask(query, id=given[action.thing]))["node"] else "–"
    answer = await attempt(client, action, given)
    if answer.get("errors"):
        codes = {error.get("extensions", {}).get("code") for error in answer["errors"]}
        return SIGN_IN if codes == {"UNAUTHENTICATED"} else str(answer["errors"])
    errors = answer["data"][action.name]["userErrors"]
    nothing = action.of_nothing(given)
    of_nothing = await attempt(client, action, nothing)
    tells_nothing = not errors or unnamed(answer, given[action.thing]) == unnamed(of_nothing, nothing[action.thing])
    codes = {error["code"] for error in errors}
    if codes == {"NOT_FOUND"} and tells_nothing:
        return "–"
    if codes <= {"FORBIDDEN"} and (tells_nothing or not hidden):
        return "no" if errors else "yes"
    return str(errors)


def unnamed(answer: dict[str, Any], name: str) -> str:
    """An answer without the name that was given: a refusal repeats a slug."""
    return json.dumps(answer, ensure_ascii=False).replace(f"«{name}»", "«…»")


async def attempt(client: Client, action: Action, given: Given) -> dict[str, Any]:
    """The whole answer."""
    document = (
        f"mutation($input: {input_type(action.name)}!) {{ {action.name}(input: $input)"
        " { userErrors { field code message } } }"
    )
    answer: dict[str, Any] = (await client.send(document, input=given)).json()
    answer.pop("extensions", None)
    return answer


def test_the_page_is_whole() -> None:
    """The page has a row for every action that is tried, a column for everyone, and no others."""
    found = {of: {name: list(cells) for name, cells in rows.items()} for of, rows in tables().items()}
    assert found == {of: {one.name: list(PEOPLE) for one in actions} for of, actions in ACTIONS.items()}


def test_no_mutation_on_a_thing_is_missing() -> None:
    """Whoever adds a mutation says on the page who may use it, or that it is on no thing."""
    assert schema.mutation_type is not None
    tried = {action.name for _, action in ROWS} - {"read"}
    assert tried.isdisjoint(ELSEWHERE)
    assert tried | ELSEWHERE == set(schema.mutation_type.fields)
