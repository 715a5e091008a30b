"""The root field that tells where a link leads."""

from datetime import datetime
from typing import Any

import strawberry

from schema.compiler.declare import argument, declare, declared, expression
from schema.compiler.run import Context
from schema.compiler.sources import One, Rule, Served
from schema.organisations.terms import Role
from schema.organisations.types import Organisation
from services.invitations.previews import preview


@declare(None, Rule.PART)
@strawberry.type(description="Where the link of an invitation leads, for whoever holds it.")
class InvitationPreview:
    """A services.invitations.previews.Preview, as JSON."""

    organisation: Organisation = declared(
        One("{target}.id = ({value} ->> 'organisation')::uuid"), "The organisation, as everyone reads it."
    )
    role: Role = expression("{value} ->> 'role'", "What whoever accepts it may do there.")
    expires_at: datetime = expression("{value} ->> 'expiresAt'", "When it ends, if it is not used before.")


async def _previewed(_: Context, *, secret: str) -> dict[str, Any] | None:
    found = await preview(secret)
    if found is None:
        return None
    return {"organisation": str(found.organisation), "role": found.role, "expiresAt": found.expires_at.isoformat()}


@strawberry.type
class InvitationQueries:
    """The part of Query that is about invitations."""

    invitation_preview: InvitationPreview | None = declared(
        Served(_previewed),
        "Where the link of an invitation leads; null for a secret that is not valid, for whatever reason.",
        arguments=(argument("secret", str, "The secret of the link. Send it by POST: addresses are written down."),),
    )
