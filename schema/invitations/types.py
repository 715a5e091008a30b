"""Invitations as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.compiler.declare import column, declare, global_id, one
from schema.compiler.sources import Rule
from schema.organisations.terms import Role
from schema.organisations.types import Organisation, Person
from services.invitations.tables import Invitation as Row


@declare(Row, Rule.PART)
@strawberry.type(
    description="A link that makes whoever follows it a member, once, or a question to a person who is here already."
    " Read by the organisation's ADMINs, and by the person who is asked."
)
class Invitation:
    """An invitation, without its secret."""

    id: strawberry.ID = global_id(
        "Its global id, for `revokeInvitation`, and for `acceptInvitation` and `declineInvitation` if you are asked;"
        " `node` does not find invitations."
    )
    organisation: Organisation = one(Row.organisation, "Where it leads.")
    role: Role = column(Row.role, "What whoever accepts it may do there.")
    person: Person | None = one(Row.person, "Who is asked; null of a link, and of somebody whom you no longer see.")
    email: str | None = column(
        Row.email, "The address that a link is for; null where any holder may use it, or a person is asked."
    )
    invited_by: Person | None = one(Row.invited_by, "Who made it. It ends for good with their being an ADMIN there.")
    created_at: datetime = column(Row.created_at, "When it was made.")
    expires_at: datetime = column(Row.expires_at, "When it ends, if it is not used before.")
