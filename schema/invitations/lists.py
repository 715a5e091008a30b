"""An organisation's invitations: who may list them, and in which order."""

from typing import Any

from schema.compiler.declare import page
from schema.compiler.sources import Order
from schema.inside import inside_as
from services.organisations.terms import Role

_ORDERS = {"NEWEST": Order("{invitation}.created_at", "timestamptz", descending=True)}
_VALID_FOR_ADMINS = (
    "{target}.organisation = {organisation}.id and {target}.expires_at > now()"
    f" and {inside_as('{organisation}.id', Role.ADMIN)}"
)
_VALID_FOR_PERSON = """
    {target}.person = {person}.id and {target}.expires_at > now()
    and ({within}::uuid is null or {target}.organisation = {within}::uuid)
"""


def invitations_of_person() -> Any:
    """A connection of the person's valid invitations."""
    return page(
        "The organisations that ask the viewer to become a member, the newest first: by `inviteMember` with their id."
        " Links are not among them. A sign-in for one organisation alone has those of that.",
        on=_VALID_FOR_PERSON,
        orders=_ORDERS,
    )


def invitations_of_organisation() -> Any:
    """A connection of the organisation's valid invitations."""
    return page(
        "The invitations to it that can still be used, the newest first. Read by its ADMINs; empty for everyone else.",
        on=_VALID_FOR_ADMINS,
        orders=_ORDERS,
    )
