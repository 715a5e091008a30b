"""How lists of practices may be sorted and narrowed."""

from typing import Any

import strawberry

from schema.cases.terms import PublicationStatus
from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.organisations.terms import GovernmentLevel
from schema.terms import show
from services.terms import Term


class PracticeOrder(Term):
    """How practices are sorted."""

    NEWEST = "NEWEST", "The last published first."
    OLDEST = "OLDEST", "The first published first."
    SLUG = "SLUG", "By slug, from a to z."


show(PracticeOrder)

PRACTICE_ORDERS = {
    "NEWEST": Order("{practice}.listed_at", "timestamptz", descending=True),
    "OLDEST": Order("{practice}.listed_at", "timestamptz"),
    "SLUG": Order("{practice}.slug", "text"),
}

_OWNER = "exists (select from organisation owner where owner.id = {{practice}}.owner and {})"


@strawberry.input(description="Which practices; all conditions must hold.")
class PracticeFilter:
    """Conditions on practices."""

    status: list[PublicationStatus] | None = strawberry.field(default=None, description="One of these states.")
    owner: str | None = strawberry.field(default=None, description="Owned by the organisation of this slug.")
    level: list[GovernmentLevel] | None = strawberry.field(default=None, description="The owner works at this tier.")
    country: list[str] | None = strawberry.field(default=None, description="The owner's country (ISO 3166-1).")
    nuts: str | None = strawberry.field(
        default=None, description="The owner lies in this region: a NUTS code or its beginning, such as BE2."
    )
    concept: list[str] | None = strawberry.field(default=None, description="Filed under one of these topics.")


PRACTICE_FILTERS = {
    "status": Filter("{practice_version}.status = any({value}::text[])"),
    "owner": Filter(_OWNER.format("owner.slug = {value}::text")),
    "level": Filter(_OWNER.format("owner.level = any({value}::text[])")),
    "country": Filter(_OWNER.format("owner.country = any({value}::text[])")),
    "nuts": Filter(_OWNER.format("starts_with(owner.nuts, {value}::text)")),
    "concept": Filter(
        "exists (select from practice_concept filed join concept on concept.id = filed.concept"
        " where filed.version = {practice_version}.id and concept.notation = any({value}::text[]))"
    ),
}


def practices_by(on: str | None, description: str) -> Any:
    """A connection of the practices that a condition on `{target}` finds; None: of all."""
    return page(
        description,
        on=on,
        orders=PRACTICE_ORDERS,
        order_by=PracticeOrder,
        filters=PRACTICE_FILTERS,
        filter_type=PracticeFilter,
    )


def drawn_from(column: str, row: str) -> str:
    """The condition that a practice's current version names a row, such as `{case}`, in a column of its sources."""
    return (
        "{target}.id in (select v.practice from practice_source s join practice_version v on v.id = s.version"  # noqa: S608 - composed of our own names
        f' join practice p on p.id = v.practice and p.current_number = v.number where s."{column}" = {row}.id)'
    )
