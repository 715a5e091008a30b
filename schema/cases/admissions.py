"""Who was let into a case, and who asks to be, as GraphQL shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.cases.requests import IS_OPEN
from schema.cases.terms import AccessAnswer
from schema.compiler.declare import column, declare, expression, global_id, one
from schema.compiler.sources import Rule
from schema.organisations.types import Organisation, Person
from schema.shared import Node
from services.cases import tables as t

if TYPE_CHECKING:
    from schema.cases.types import Case


@declare(t.Admission, Rule.AUDIENCE)
@strawberry.type(
    description="Leave to read one case, whatever its audience is, for a person (a guest) or an organisation, until an"
    " instant. Read by the case's owner's organisation and by whoever was let in."
)
class Admission(Node):
    """An admission."""

    case: Annotated["Case", strawberry.lazy("schema.cases.types")] | None = one(
        t.Admission.case, "The case; null for those who may no longer read it."
    )
    person: Person | None = one(
        t.Admission.person, "The guest; null for an organisation, and for those who may not read the person's profile."
    )
    name: str | None = expression(
        "app.name_of_guest({admission}.person)",
        "The guest's name; null for an organisation.",
    )
    organisation: Organisation | None = one(t.Admission.organisation, "The organisation; null for a guest.")
    until: datetime = column(t.Admission.until, "When it ends, or ended.")
    is_current: bool = expression("{admission}.until > now()", "Whether it lasts.")
    created_at: datetime = column(t.Admission.created_at, "When they were first let in.")


@declare(t.AccessRequest, Rule.PART)
@strawberry.type(
    description="Somebody's request to be let into a case. Read by them, and, if there is such a case, by its owner's"
    " editors."
)
class AccessRequest:
    """A request for access."""

    id: strawberry.ID = global_id("Its global id, for `answerAccessRequest`; `node` does not find requests.")
    asked: str = column(t.AccessRequest.asked, "The slug or the global id that they gave.")
    message: str = column(t.AccessRequest.message, "Why they ask.")
    name: str = expression("app.name_of_guest({access_request}.person)", "Who asks, by name.")
    organisation: Organisation | None = one(
        t.AccessRequest.organisation, "The organisation for which they ask; null if for themselves only."
    )
    case: Annotated["Case", strawberry.lazy("schema.cases.types")] | None = one(
        t.AccessRequest.case, "The case; null for those who may not read it, as if there were none."
    )
    created_at: datetime = column(t.AccessRequest.created_at, "When they asked.")
    is_open: bool = expression(IS_OPEN, "Whether an answer is awaited: none was given, and 30 days have not passed.")
    answer: AccessAnswer | None = column(t.AccessRequest.answer, "The owner's answer; null until there is one.")
    answered_at: datetime | None = column(t.AccessRequest.answered_at, "When it was answered.")
    reason: str | None = column(t.AccessRequest.reason, "What the owner says to it.")
