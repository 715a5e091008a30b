"""One SQL statement for each root field, however many rows and however deep."""

from dataclasses import replace

import pytest
from graphql import parse, validate

from schema import schema
from services.organisations.terms import Role
from tests.factories.worlds import LINK
from tests.schema.compiler.roads import Roads
from tests.statements import noted

_OWNER = "owner { members(first: $n) { nodes { person { name } } } }"
_ROUNDS = "testRounds(first: $n) { nodes { comments(first: $n) { nodes { author { name } } } } }"
_COMMENTS = "comments(first: $n) { nodes { author { name } } }"
_ORGANISATION = "organisation { members(first: $n) { nodes { person { name } } } }"
_CASE = f"{_OWNER} {_ROUNDS} {_COMMENTS} adoptions(first: $n) {{ nodes {{ {_ORGANISATION} }} }}"
_MEMBERS = "members(first: $n) { nodes { person { name } } }"
_PRACTICE = f"{_OWNER} {_COMMENTS} adoptions(first: $n) {{ nodes {{ {_ORGANISATION} }} }}"
_NODE = f"id ... on Case {{ {_CASE} }} ... on TestRound {{ {_COMMENTS} }}"
_EVENT = "participants { organisation { slug } } artefacts(first: $n) { nodes { organisation { slug } } }"
_FOUND = "findings { statement { text } observations { text { text } } }"
_NOTIFIED = "memberships { organisation { slug } } notifications(first: $n) { nodes { subject { id } } }"
_RULES = '[{claim: "groups", contains: "lab", role: EDITOR}]'
QUESTIONS = {
    "artefact": f"artefact(id: $Artefact) {{ currentVersion {{ fileName }} {_ORGANISATION} {_COMMENTS} }}",
    "case": f'case(slug: "olen-vision") {{ {_CASE} }}',
    "cases": f"cases(first: $n) {{ totalCount pageInfo {{ endCursor }} nodes {{ {_CASE} }} }}",
    "concepts": "concepts(first: $n) { nodes { broader { broader { notation } } } }",
    "event": f'event(slug: "stockholm-2019") {{ {_EVENT} }}',
    "events": f"events(first: $n) {{ nodes {{ {_EVENT} }} }}",
    "invitationPreview": f'invitationPreview(secret: "{LINK}") {{ role {_ORGANISATION} }}',
    "lab": f'lab(slug: "lab-olen") {{ formats {{ name {{ text }} }} {_ORGANISATION} }}',
    "labs": f"labs(first: $n) {{ nodes {{ {_ORGANISATION} }} }}",
    "network": f'network(slug: "learning") {{ members(first: $n) {{ nodes {{ {_ORGANISATION} }} }} }}',
    "networks": f"networks(first: $n) {{ nodes {{ members(first: $n) {{ nodes {{ {_ORGANISATION} }} }} }} }}",
    "node": f"node(id: $Case) {{ {_NODE} }}",
    "nodes": f"nodes(ids: [$Case, $Artefact, $TestRound]) {{ {_NODE} }}",
    "organisation": f'organisation(slug: "olen") {{ {_MEMBERS} }}',
    "organisations": f"organisations(first: $n) {{ nodes {{ {_MEMBERS} }} }}",
    "practice": f'practice(slug: "values-to-plan") {{ {_PRACTICE} evidence {{ level }} }}',
    "practices": f"practices(first: $n) {{ nodes {{ {_PRACTICE} }} }}",
    "reviews": f"reviews(first: $n) {{ nodes {{ {_ORGANISATION} reviewer {{ name }} }} }}",
    "search": f'search(query: "olen", first: $n) {{ edges {{ node {{ ... on Case {{ {_CASE} }} }} }} }}',
    "testRoleRules": f'testRoleRules(organisation: "olen", claims: "{{}}", rules: {_RULES}) {{ role rule }}',
    "testRound": f"testRound(id: $TestRound) {{ case {{ {_OWNER} }} {_FOUND} {_COMMENTS} }}",
    "viewer": f"viewer {{ person {{ name }} {_NOTIFIED} }}",
}


ENGINE = {"search": 3, "testRoleRules": 2, "invitationPreview": 1}
"""What comes before the compiler's statement: the engine looks the words up, finds, and makes the snippets; rules are
tried for an organisation with its provider; a secret is looked up."""


def _asked(roads: Roads, name: str, rows: int) -> str:
    ids = {f"${kind}": f'"{roads.rows.ids[kind][0]}"' for kind in ("Artefact", "Case", "TestRound")}
    query = f"{{ {QUESTIONS[name]} }}".replace("$n", str(rows))
    for variable, value in ids.items():
        query = query.replace(variable, value)
    assert not validate(schema, parse(query)), query
    return query


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_root_field_is_one_statement(
    roads: Roads, name: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and depth add no statement; a search adds those of its engine, as many for one answer as for four."""
    query = _asked(roads, name, rows)
    member = roads.viewers[1]
    admin = replace(member, roles=dict.fromkeys(member.roles, Role.ADMIN))
    with noted(monkeypatch) as statements:
        answer = await roads.answer(query, admin, walk_all=False)
    assert answer["errors"] == []
    assert answer["data"][name]
    assert len(statements) == ENGINE.get(name, 0) + 1


LONG = {"invitationPreview", "node", "nodes", "search", "testRoleRules"}
"""Those that look something up before they are planned. The others' answer is the statement's own JSON."""


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_query_of_one_root_field_needs_no_executor(
    roads: Roads, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short way says the same with the same one statement; what it cannot say, it leaves before it asks."""
    query = _asked(roads, name, 1)
    with noted(monkeypatch) as statements:
        straight = await roads.straight(query, roads.viewers[1])
    assert len(statements) == int(name not in LONG)
    assert straight == (None if name in LONG else await roads.answer(query, roads.viewers[1], walk_all=False))


def test_every_root_field_is_pinned() -> None:
    """A root field that is added to the schema is added here."""
    assert schema.query_type
    assert set(QUESTIONS) == set(schema.query_type.fields)
