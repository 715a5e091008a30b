"""Invitations as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.compiler.declare import column, declare, global_id, one
from schema.compiler.sources import Rule
from schema.organisations.terms import Role
from schema.organisations.types import Organisation, Person
from services.invitations.tables import Invitation as Row


@declare(Row, Rule.PART)
@strawberry.type(description="A link that makes whoever follows it a member, once. Read by the organisation's ADMINs.")
class Invitation:
    """An invitation, without its secret."""

    id: strawberry.ID = global_id("Its global id, for `revokeInvitation`; `node` does not find invitations.")
    organisation: Organisation = one(Row.organisation, "Where it leads.")
    role: Role = column(Row.role, "What whoever follows it may do there.")
    email: str | None = column(Row.email, "The address it is for; null: it is for whoever holds the link.")
    invited_by: Person | None = one(Row.invited_by, "Who made it. It is valid while they are an ADMIN there.")
    created_at: datetime = column(Row.created_at, "When it was made.")
    expires_at: datetime = column(Row.expires_at, "When it ends, if it is not used before.")
