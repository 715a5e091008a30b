"""The root field that tries role rules out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from schema.compiler.declare import argument, declared
from schema.compiler.run import Context
from schema.compiler.sources import Served
from schema.identity.mutations import RoleRuleInput
from schema.identity.types import RoleTrial
from services.identity.providers import try_rules
from services.identity.rules import RoleRule
from services.organisations.terms import Role

_NO_CLAIMS = '`claims` is a JSON object, such as {"groups": ["innovation-lab"]}, in which nothing is said twice.'


async def _tried(
    context: Context, *, organisation: str, claims: str, rules: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any] | None:
    try:
        given = json.loads(claims, object_pairs_hook=_said_once)
    except (ValueError, RecursionError):
        given = None
    draft = None if rules is None else [RoleRule(one["claim"], one["contains"], Role(one["role"])) for one in rules]
    readable = isinstance(given, dict)
    tried = await try_rules(context.viewer, organisation, given if readable else {}, draft)
    if tried is None:
        return None
    if not readable:
        return {"problem": _NO_CLAIMS}
    return {"role": tried.role, "rule": tried.rule, "problem": tried.problem}


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Raises ValueError where it says something twice, for what a provider makes of that is not known."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


@strawberry.type
class IdentityQueries:
    """The part of Query that is about identity providers."""

    test_role_rules: RoleTrial | None = declared(
        Served(_tried),
        "Which role claims would give in an organisation, by its provider's rules or by others that are not stored."
        " For its ADMINs; null for everyone else.",
        arguments=(
            argument("organisation", str, "The organisation's slug."),
            argument("claims", str, "The claims as a JSON object, as they stand in an ID token."),
            argument("rules", list[RoleRuleInput] | None, "Rules to try instead of those that are stored."),
        ),
    )
