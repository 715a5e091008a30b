"""The person who asks, as they see themselves."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.cases.requests import admissions_of_person, requests_of_person
from schema.compiler.declare import column, declare, declared, expression, global_id, many, whole_of
from schema.compiler.sources import One, Rule
from schema.invitations.lists import invitations_of_person
from schema.notifications.lists import notifications_of_person, unread_notifications_of_person
from schema.organisations.terms import TokenScope
from schema.organisations.types import Membership, Person
from schema.shared import Connection
from services.organisations import tables as t
from services.privacy.tables import DataExport as DataExportRow

if TYPE_CHECKING:
    from schema.cases.admissions import AccessRequest, Admission
    from schema.invitations.types import Invitation
    from schema.notifications.types import Notification
    from schema.privacy.types import DataExport


@declare(t.PersonalToken, Rule.PART)
@strawberry.type(description="A secret that signs requests as its holder, who alone sees that it exists.")
class PersonalToken:
    """A token, without its secret."""

    id: strawberry.ID = global_id("Its global id, for `revokeToken`; `node` does not find tokens.")
    label: str = column(t.PersonalToken.label, "What it is for.")
    scopes: list[TokenScope] = column(t.PersonalToken.scopes, "What it may be used for.")
    created_at: datetime = column(t.PersonalToken.created_at, "When it was made.")
    expires_at: datetime = column(t.PersonalToken.expires_at, "When it ends.")
    last_used_at: datetime | None = column(
        t.PersonalToken.last_used_at, "When it was last used, to the minute; null if never."
    )
    last_used_from: str | None = column(
        t.PersonalToken.last_used_from,
        "From where it was last used: an IPv4 address or an IPv6 network. Forgotten after 90 days without use.",
    )
    revoked_at: datetime | None = column(t.PersonalToken.revoked_at, "When it was revoked; null if it was not.")


@declare(t.Person, Rule.AUDIENCE)
@strawberry.type(description="The person who asks, with what only they themselves see.")
class Viewer:
    """The signed-in person."""

    person: Person = declared(One("{target}.id = {person}.id"), "Them, as others see them.")
    email: str | None = column(t.Person.email, "Their e-mail address.")
    memberships: list[Membership] = many(
        t.Membership.person, "Their roles, the oldest first.", order="{target}.since, {target}.id"
    )
    is_steward: bool = column(
        t.Person.is_steward, "Whether they run this instance: register organisations and define concepts."
    )
    scopes: list[TokenScope] = expression("{scopes}::text[]", "What the token of this request may be used for.")
    tokens: list[PersonalToken] = many(
        t.PersonalToken.person,
        "Their tokens, the newest first, expired ones too; without those that were revoked. A sign-in for one"
        " organisation alone has those that were made in it.",
        where="{target}.revoked_at is null and ({within}::uuid is null or {target}.organisation = {within}::uuid)",
        order="{target}.created_at desc, {target}.id desc",
    )
    admissions: Connection[Annotated["Admission", strawberry.lazy("schema.cases.admissions")]] = admissions_of_person()
    access_requests: Connection[Annotated["AccessRequest", strawberry.lazy("schema.cases.admissions")]] = (
        requests_of_person()
    )
    invitations: Connection[Annotated["Invitation", strawberry.lazy("schema.invitations.types")]] = (
        invitations_of_person()
    )
    notifications: Connection[Annotated["Notification", strawberry.lazy("schema.notifications.types")]] = (
        notifications_of_person()
    )
    unread_notifications: int = unread_notifications_of_person()
    data_export: Annotated["DataExport", strawberry.lazy("schema.privacy.types")] | None = whole_of(
        DataExportRow.person, "The file of their own data that they asked for last with `exportMyData`; null if none."
    )
