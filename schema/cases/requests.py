"""Lists of admissions and of requests for access: how they may be sorted and narrowed, and for whom they are."""

from typing import Any

import strawberry

from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.inside import inside_as
from services.cases.rules import LAPSES_AFTER
from services.organisations.terms import Role

ADMISSION_ORDERS = {"NEWEST": Order("{admission}.created_at", "timestamptz", descending=True)}
REQUEST_ORDERS = {"NEWEST": Order("{access_request}.created_at", "timestamptz", descending=True)}
IS_OPEN = (
    "({access_request}.answer is null and {access_request}.created_at"
    f" > now() - interval '{LAPSES_AFTER.total_seconds():.0f} seconds')"
)
_OF_ITS_CASES = '{target}."case" in (select owned.id from "case" owned where owned.owner = {organisation}.id)'
_ASKED_OF_ITS_EDITORS = f"{_OF_ITS_CASES} and {inside_as('{organisation}.id', Role.ADMIN, Role.EDITOR)}"
_ASKED_BY_PERSON = """
    {target}.person = {person}.id and (
        {within}::uuid is null or {target}.organisation = {within}::uuid
        or {target}."case" in (select owned.id from "case" owned where owned.owner = {within}::uuid)
    )
"""
_LET_IN = """
    {target}.person = {person}.id
    and ({within}::uuid is null or 'organisation:' || {within}::uuid = any({target}.audience))
"""
"""An admission's audience are both sides, so that of a guest names the case's owner and no other organisation."""


@strawberry.input(description="Which requests for access; all conditions must hold.")
class AccessRequestFilter:
    """Conditions on requests for access."""

    is_open: bool | None = strawberry.field(default=None, description="Whether an answer is still awaited.")


_FILTERS = {"isOpen": Filter(f"{IS_OPEN} = {{value}}::boolean")}


def requests_to_organisation() -> Any:
    """A connection of the requests that wait for the organisation's answer, or had it."""
    return page(
        "Who asks to be let into its cases, the newest first. Read by its editors; empty for everyone else.",
        on=_ASKED_OF_ITS_EDITORS,
        orders=REQUEST_ORDERS,
        filters=_FILTERS,
        filter_type=AccessRequestFilter,
    )


def requests_of_person() -> Any:
    """A connection of the person's own requests."""
    return page(
        "What the viewer asked to be let into, the newest first. A sign-in for one organisation alone has what they"
        " asked for that, or of it.",
        on=_ASKED_BY_PERSON,
        orders=REQUEST_ORDERS,
        filters=_FILTERS,
        filter_type=AccessRequestFilter,
    )


def admissions_of_person() -> Any:
    """A connection of the cases that the person themselves was let into."""
    return page(
        "The cases that the viewer was let into as a guest, the newest first. A sign-in for one organisation alone has"
        " those of that.",
        on=_LET_IN,
        orders=ADMISSION_ORDERS,
    )
