"""U14: whoever may only comment has no power to decide. Every mutation there is gets tried."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)

from infra.postgres.database import Database
from schema import schema
from services.viewer import network_key
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import commented, person_id, round_of
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
MINE = [
    *("access_request", "comment", "log", "log_address", "idempotency_key", "personal_token", "data_export"),
    "keyring_epoch",
]
"""What a reviewer's own doings may leave behind; the epoch only says that somebody is looked up anew."""
ALLOWED = {"addComment", "editMe", "exportMyData", "issueToken", "markNotificationsRead", "requestAccess"}
"""A mutation that a reviewer of another organisation may use belongs here, once it is clear that it decides nothing."""
WORDS = {
    "slug": "olen-vision",
    "owner": "olen",
    "host": "olen",
    "organisation": "olen",
    "case": "olen-vision",
    "network": "learning",
    "sha256": "0" * 64,
    "mediaType": "application/pdf",
    "country": "BE",
    "value": "2026",
    "email": "a@serra.example",
    "name": "Reviewer",  # as they are called: editMe changes a name, and nothing else
}
VALUES = {
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "ByteCount": 1,
    "Date": "2099-01-01",
    "DateTime": "2099-01-01T00:00:00Z",
}


async def test_a_reviewer_decides_nothing(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """Tried with the least and the fullest input on everything of a case, no mutation but a comment does anything."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"public": True})
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    round_id = await round_of(case_id, network.olen, network_key(network.network))
    targets = [case_id, round_id, await commented(editor, round_id), await person_id("Olen editor")]
    before = await _everything(open_database)
    assert schema.mutation_type is not None
    done, broken = set(), {}
    for mutation, target, full in product(schema.mutation_type.fields, targets, (False, True)):
        given = _input(_input_type(mutation), mutation, target, full=full)
        of = _input_type(mutation).name
        document = f"mutation($input: {of}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        answer = (await reviewer.send(document, input=given)).json()
        if answer.get("errors"):
            broken[mutation] = answer["errors"][0]["message"]
        elif not answer["data"][mutation]["userErrors"]:
            done.add(mutation)
    assert not broken
    assert done <= ALLOWED
    assert await _everything(open_database) == before


def _input_type(mutation: str) -> GraphQLInputObjectType:
    assert schema.mutation_type is not None
    wrapped = schema.mutation_type.fields[mutation].args["input"].type
    of = wrapped.of_type if isinstance(wrapped, GraphQLNonNull) else wrapped
    assert isinstance(of, GraphQLInputObjectType)
    return of


def _input(of: GraphQLInputObjectType, mutation: str, target: str, *, full: bool) -> dict[str, Any]:
    """An input with its required fields, or with all of them, that names `target` wherever it names something."""
    return dict(_fields(of, mutation, target, full=full))


def _fields(of: GraphQLInputObjectType, mutation: str, target: str, *, full: bool) -> Iterator[tuple[str, Any]]:
    for name, field in of.fields.items():
        if name in {"expectedVersion", "idempotencyKey"} or (not full and not is_required_input_field(field)):
            continue
        yield name, _value(field.type, name, mutation, target, full=full)


def _value(of: GraphQLInputType, name: str, mutation: str, target: str, *, full: bool) -> Any:
    if isinstance(of, GraphQLNonNull):
        return _value(of.of_type, name, mutation, target, full=full)
    if isinstance(of, GraphQLList):
        return [_value(of.of_type, name, mutation, target, full=full)]
    if isinstance(of, GraphQLInputObjectType):
        return _input(of, mutation, target, full=full)
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    return target if of.name == "ID" else VALUES.get(of.name, WORDS.get(name, "x"))


async def _everything(open_database: Database) -> dict[str, str]:
    """A digest of each table that is not a reviewer's own business."""
    names = await open_database.pool.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename not in ('migration')"
        " and tablename not like 'pgqueuer%'"
        " and tablename <> all($1::text[])",
        MINE,
    )
    return {
        name: await open_database.pool.fetchval(
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \"{name}\" t"
        )
        for (name,) in names
    }
