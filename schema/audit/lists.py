"""An organisation's log: who may read it, and how it may be narrowed."""

from datetime import datetime
from typing import Any

import strawberry

from schema.compiler import ids
from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.inside import inside_as
from services.organisations.terms import Role

_FOR_ADMINS = "{target}.organisation = {organisation}.id and " + inside_as("{organisation}.id", Role.ADMIN)
_ORDERS = {"NEWEST": Order("{log_entry}.at", "timestamptz", descending=True)}


@strawberry.input(description="Which lines of the log; all conditions must hold.")
class LogFilter:
    """Conditions on lines."""

    action: list[str] | None = strawberry.field(default=None, description="One of these actions, such as `sign_in`.")
    person: strawberry.ID | None = strawberry.field(default=None, description="Done by the person of this global id.")
    since: datetime | None = strawberry.field(default=None, description="Done at this instant or later.")
    until: datetime | None = strawberry.field(default=None, description="Done before this instant.")


_FILTERS = {
    "action": Filter("{target}.action = any({value}::text[])"),
    "person": Filter("{target}.person = {value}::uuid", lambda given: ids.read(given, "Person")),
    "since": Filter("{target}.at >= {value}::timestamptz"),
    "until": Filter("{target}.at < {value}::timestamptz"),
}


def log_of_organisation() -> Any:
    """A connection of the lines that concern an organisation."""
    return page(
        "What was done in its name or to its things, who signed in for it, and what was denied: the newest first. Read"
        " by its ADMINs; empty for everyone else.",
        on=_FOR_ADMINS,
        orders=_ORDERS,
        filters=_FILTERS,
        filter_type=LogFilter,
    )
