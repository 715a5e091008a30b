"""From claims to roles: the first rule that fits decides, and nothing that a provider tells breaks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import ErrorCode
from services.identity.rules import (
    RULES_AT_MOST,
    RoleRule,
    check_client,
    check_rules,
    email_of,
    first_fitting,
    machine_scopes,
    name_of,
    of_machine,
    role_of,
)
from services.organisations.rules import NAME_LIMIT
from services.organisations.terms import Role, TokenScope

WORDS = st.sampled_from(["groups", "roles", "a", "b", "lab", "leads"])
RULES = st.lists(st.builds(RoleRule, WORDS, WORDS, st.sampled_from(Role)), max_size=5)
CLAIMS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(WORDS, st.one_of(WORDS, st.lists(WORDS)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(RULES, st.none() | st.sampled_from(Role), CLAIMS)
def test_the_first_rule_that_fits_decides(rules: list[RoleRule], default: Role | None, claims: dict[str, Any]) -> None:
    """The model: walk the rules; a text is like a list of one; without any that fits it is the default."""
    expected = default
    for rule in rules:
        value = claims.get(rule.claim, [])
        if rule.contains in (value if isinstance(value, list) else [value]):
            expected = rule.role
            break
    assert role_of(rules, default, claims) is expected
    place = first_fitting(rules, claims)
    assert place is None or rules[place].role is expected


@given(st.dictionaries(WORDS | st.text(), JSON), RULES)
def test_claims_of_any_shape_break_nothing(claims: dict[str, Any], rules: list[RoleRule]) -> None:
    """Numbers, nothing, lists in lists and objects where texts are expected: no error, and a name all the same."""
    role_of(rules, None, claims)
    machine_scopes(claims)
    email_of(claims)
    assert 1 <= len(name_of(claims, "somebody")) <= NAME_LIMIT


@pytest.mark.parametrize(
    ("claim", "contains", "claims", "fits"),
    [
        ("groups", "lab", {"groups": ["x", "lab"]}, True),
        ("groups", "lab", {"groups": "lab"}, True),
        ("groups", "lab", {"groups": "laboratory"}, False),
        ("groups", "lab", {"groups": {"lab": True}}, False),
        ("realm_access.roles", "lab", {"realm_access": {"roles": ["lab"]}}, True),
        ("https://olen.example/groups", "lab", {"https://olen.example/groups": ["lab"]}, True),
        ("level", "3", {"level": 3}, True),
        ("is_staff", "true", {"is_staff": True}, True),
        ("is_staff", "True", {"is_staff": True}, False),
    ],
)
def test_how_a_rule_reads_a_claim(claim: str, contains: str, claims: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 - the expected answer
    """By its whole name or along its dots; lists by their members, and never by a part of a word."""
    assert (first_fitting([RoleRule(claim, contains, Role.READER)], claims) == 0) is fits


def test_rules_are_checked() -> None:
    """Somebody must be able to sign in, nobody becomes an ADMIN by default, and every rule is complete."""
    lab = RoleRule("groups", "lab", Role.EDITOR)
    assert not [*check_rules([lab], None)]
    assert not [*check_rules([], Role.READER)]
    assert [(one.code, one.field) for one in check_rules([], None)] == [(ErrorCode.REQUIRED, ("rules",))]
    assert [one.field for one in check_rules([lab], Role.ADMIN)] == [("defaultRole",)]
    assert [one.field for one in check_rules([RoleRule("", "x" * 201, Role.READER)], None)] == [
        ("rules", "0", "claim"),
        ("rules", "0", "contains"),
    ]
    assert [one.code for one in check_rules([lab] * (RULES_AT_MOST + 1), None)] == [ErrorCode.TOO_LONG]


def test_a_client_is_checked() -> None:
    """It has a name, asks for `openid`, and its scopes are words."""
    assert not [*check_client("serra", None, ["openid", "groups"])]
    assert [one.field for one in check_client("", "x" * 501, ["profile"])] == [
        ("clientId",),
        ("clientSecret",),
        ("scopes",),
    ]
    assert [one.field for one in check_client("serra", None, ["openid", "a b"])] == [("scopes",)]


def test_a_machine_is_held_close() -> None:
    """No ADMIN, and no more than its token's scope says; an address counts only where it was verified."""
    assert [of_machine(role) for role in (Role.ADMIN, Role.READER, None)] == [Role.EDITOR, Role.READER, None]
    assert machine_scopes({"scope": "serra:write openid"}) == {TokenScope.WRITE}
    assert machine_scopes({"scope": "write"}) == machine_scopes({}) == {TokenScope.READ}
    assert email_of({"email": "a@olen.example", "email_verified": True}) == "a@olen.example"
    assert email_of({"email": "a@olen.example"}) is None
    assert email_of({"email": "nonsense", "email_verified": True}) is None
