"""A person's notifications: how they may be sorted and narrowed."""

from typing import Any

import strawberry

from schema.compiler.declare import count, page
from schema.compiler.sources import Filter, Order
from services.notifications.tables import Notification as Row

_ORDERS = {"NEWEST": Order("{notification}.created_at", "timestamptz", descending=True)}


@strawberry.input(description="Which notifications; all conditions must hold.")
class NotificationFilter:
    """Conditions on notifications."""

    is_read: bool | None = strawberry.field(default=None, description="Whether it was marked as read.")


_CONCERNS = "({within}::uuid is null or {within}::uuid = any({target}.organisations))"
_OF_PERSON = f"{{target}}.person = {{person}}.id and {_CONCERNS}"
_FILTERS = {"isRead": Filter("({notification}.read_at is not null) = {value}::boolean")}


def notifications_of_person() -> Any:
    """A connection of the person's notifications."""
    return page(
        "What the viewer is told of, the newest first. A sign-in for one organisation alone has what concerns that.",
        on=_OF_PERSON,
        orders=_ORDERS,
        filters=_FILTERS,
        filter_type=NotificationFilter,
    )


def unread_notifications_of_person() -> Any:
    """How many of the person's notifications were not marked as read."""
    return count(
        "Notification",
        Row.person,
        "How many notifications of those that the viewer sees they have not marked as read.",
        where=f"{{target}}.read_at is null and {_CONCERNS}",
    )
