"""From the claims of an identity provider to a role: pure functions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from services.errors import ErrorCode, Problem
from services.organisations.rules import NAME_LIMIT, check_email
from services.organisations.terms import Role, TokenScope
from services.text import as_line

SESSION_LIFE: Final = timedelta(hours=12)
"""After this a person signs in again, so that what their provider says of them is looked at every day."""
SESSION_IDLE: Final = timedelta(hours=2)
"""A session that nobody used for so long has ended."""

RULES_AT_MOST: Final = 50
SCOPES_AT_MOST: Final = 10
CLAIM_LIMIT: Final = 200
CLIENT_LIMIT: Final = 500
SUBJECT_LIMIT: Final = 255
"""OpenID Connect Core §2: a subject has at most 255 characters."""

_MACHINE_SCOPES: Final = {f"serra:{scope.value.lower()}": scope for scope in TokenScope}


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Who has `contains` in the claim gets the role. The claim is a text or a list; `a.b` reaches into objects."""

    claim: str
    contains: str
    role: Role


def role_of(rules: Sequence[RoleRule], default: Role | None, claims: Mapping[str, Any]) -> Role | None:
    """The role of the first rule that fits, else the default; None refuses."""
    fitting = first_fitting(rules, claims)
    return default if fitting is None else rules[fitting].role


def first_fitting(rules: Sequence[RoleRule], claims: Mapping[str, Any]) -> int | None:
    """The place of the first rule that fits; None where none does."""
    for place, rule in enumerate(rules):
        if rule.contains in _values(claims, rule.claim):
            return place
    return None


def of_machine(role: Role | None) -> Role | None:
    """A machine's role: no program decides who belongs to an organisation, so ADMIN becomes EDITOR."""
    return Role.EDITOR if role is Role.ADMIN else role


def machine_scopes(claims: Mapping[str, Any]) -> frozenset[TokenScope]:
    """What a machine's token may be used for: what its scope names; to read, where it names nothing of ours."""
    given = claims.get("scope", "")
    named = {_MACHINE_SCOPES[word] for word in str(given).split() if word in _MACHINE_SCOPES}
    return frozenset(named or {TokenScope.READ})


def name_of(claims: Mapping[str, Any], subject: str) -> str:
    """What to call somebody, in one line: their name, or the best that the provider gives."""
    full = " ".join(str(claims[part]) for part in ("given_name", "family_name") if claims.get(part))
    given = [claims.get("name"), full, claims.get("preferred_username"), claims.get("client_id"), claims.get("email")]
    texts = (as_line(one) for one in given if isinstance(one, str))
    return next((text for text in texts if text), as_line(subject) or "?")[:NAME_LIMIT]


def email_of(claims: Mapping[str, Any]) -> str | None:
    """An address that the provider has verified; it only informs, and never says who somebody is."""
    email = claims.get("email")
    known = isinstance(email, str) and claims.get("email_verified") is True and not [*check_email(email)]
    return str(email) if known else None


def check_rules(rules: Sequence[RoleRule], default: Role | None) -> Iterator[Problem]:
    """Few enough, each complete; ADMIN is given by a rule alone, never to everyone."""
    if len(rules) > RULES_AT_MOST:
        yield Problem(ErrorCode.TOO_LONG, f"At most {RULES_AT_MOST} rules are kept.", ("rules",))
    for place, rule in enumerate(rules):
        for name, text in (("claim", rule.claim), ("contains", rule.contains)):
            if not 1 <= len(text) <= CLAIM_LIMIT:
                yield Problem(ErrorCode.INVALID, f"Give 1 to {CLAIM_LIMIT} characters.", ("rules", str(place), name))
    if default is Role.ADMIN:
        yield Problem(
            ErrorCode.INVALID,
            "Everyone would become an administrator. Name by a rule who does.",
            ("defaultRole",),
        )
    if not rules and default is None:
        yield Problem(ErrorCode.REQUIRED, "Nobody could sign in: give a rule or a default role.", ("rules",))


def check_client(client_id: str, client_secret: str | None, scopes: Collection[str]) -> Iterator[Problem]:
    """What the provider issued for Serra, and what to ask of it."""
    if not 1 <= len(client_id) <= CLIENT_LIMIT:
        yield Problem(ErrorCode.INVALID, f"Give 1 to {CLIENT_LIMIT} characters.", ("clientId",))
    if client_secret is not None and len(client_secret) > CLIENT_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"A secret has at most {CLIENT_LIMIT} characters.", ("clientSecret",))
    if "openid" not in scopes:
        yield Problem(ErrorCode.REQUIRED, "Ask for the scope «openid»: without it nobody is named.", ("scopes",))
    if len(scopes) > SCOPES_AT_MOST or any(not _is_scope(scope) for scope in scopes):
        yield Problem(
            ErrorCode.INVALID, f"Name at most {SCOPES_AT_MOST} scopes, each a word of up to 100 letters.", ("scopes",)
        )


def _is_scope(scope: str) -> bool:
    return 1 <= len(scope) <= 100 and all("!" <= letter <= "~" and letter not in '"\\' for letter in scope)  # noqa: PLR2004 - the message says it


def _values(claims: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a claim, found by its whole name or along its dots."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return [_text(value) for value in values if isinstance(value, str | int)]


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
