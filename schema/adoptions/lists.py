"""Lists of adoptions, on whatever was adopted: how they may be sorted and narrowed; and what counts as spread."""

from typing import Any

import strawberry
from piccolo.columns import ForeignKey

from schema.adoptions.terms import AdoptionMode, AdoptionStage
from schema.compiler.declare import count, page
from schema.compiler.sources import Filter, Order

_ORDERS = {"NEWEST": Order("{adoption}.listed_at", "timestamptz", descending=True)}


@strawberry.input(description="Which adoptions; all conditions must hold.")
class AdoptionFilter:
    """Conditions on adoptions."""

    stage: list[AdoptionStage] | None = strawberry.field(default=None, description="At one of these stages.")
    mode: list[AdoptionMode] | None = strawberry.field(default=None, description="In one of these modes.")
    organisation: str | None = strawberry.field(default=None, description="By the organisation of this slug.")


_FILTERS = {
    "stage": Filter("{adoption}.stage = any({value}::text[])"),
    "mode": Filter("{adoption}.mode = any({value}::text[])"),
    "organisation": Filter(
        "exists (select from organisation o where o.id = {adoption}.organisation and o.slug = {value}::text)"
    ),
}


def adoptions_of(key: ForeignKey[Any]) -> Any:
    """A connection of the adoptions whose key points at this row."""
    return page(
        "Its adoptions by other organisations, the newest first.",
        on=key,
        orders=_ORDERS,
        filters=_FILTERS,
        filter_type=AdoptionFilter,
    )


def spread_of(key: ForeignKey[Any]) -> Any:
    """The number of adoptions that count as spread (rule 11), among those whose key points at this row."""
    return count(
        "Adoption",
        key,
        "How many other organisations confirmed its value, with evidence, of the adoptions that the viewer may read.",
        where="{target}.stage = 'VALUE_CONFIRMED'",
    )
