"""Identity providers, as the ADMINs of their organisations see them."""

from datetime import datetime

import strawberry

from schema.compiler.declare import column, declare, embedded, expression
from schema.compiler.sources import Rule
from schema.organisations.terms import Role
from services.identity import tables as t


@declare(None, Rule.PART)
@strawberry.type(description="Who has a value in a claim of their provider gets a role.")
class RoleRule:
    """A services.identity.rules.RoleRule, as it is stored."""

    claim: str = expression("{value} ->> 'claim'", "The claim, such as `groups`; `a.b` reaches into objects.")
    contains: str = expression("{value} ->> 'contains'", "The value it has, or has in its list.")
    role: Role = expression("{value} ->> 'role'", "The role they get.")


@declare(t.IdentityProvider, Rule.PART)
@strawberry.type(
    description="An organisation's OpenID Connect provider. Read by the organisation's ADMINs; null for everyone else."
)
class IdentityProvider:
    """A provider, without its client's secret."""

    issuer: str = column(t.IdentityProvider.issuer, "Its issuer identifier, an address.")
    client_id: str = column(t.IdentityProvider.client_id, "As what Serra is registered there.")
    has_client_secret: bool = expression(
        "{identity_provider}.has_client_secret", "Whether a secret is stored; it is never shown."
    )
    scopes: list[str] = column(t.IdentityProvider.scopes, "What is asked for at sign-in.")
    rules: list[RoleRule] = embedded(t.IdentityProvider.rules, "Who gets which role; the first that fits decides.")
    default_role: Role | None = column(
        t.IdentityProvider.default_role, "The role where no rule fits; null where nobody is let in without one."
    )
    allows_machines: bool = column(
        t.IdentityProvider.allows_machines, "Whether tokens that it gives to programs are taken as bearer tokens."
    )
    is_enabled: bool = column(t.IdentityProvider.is_enabled, "Whether it signs anybody in at present.")
    proven_at: datetime | None = column(
        t.IdentityProvider.proven_at,
        "When it first signed somebody in, which shows that the issuer is this organisation's; until then programs"
        " cannot sign in by it, and another organisation may still show the same.",
    )
    revision: int = column(t.IdentityProvider.revision, "Rises with every change; give it back as `expectedVersion`.")


@declare(None, Rule.PART)
@strawberry.type(description="What role rules make of claims.")
class RoleTrial:
    """A services.identity.providers.Tried, as JSON."""

    role: Role | None = expression("{value} ->> 'role'", "The role; null where the sign-in would be refused.")
    rule: int | None = expression(
        "({value} ->> 'rule')::int", "The place of the rule that gave it, from 0; null where the default did."
    )
    problem: str | None = expression(
        "{value} ->> 'problem'",
        "Why nothing was tried: the claims cannot be read, or the rules not stored, or there are none. Else null.",
    )
