"""Lists of reviews, by what they speak of or by who writes them: how they may be sorted and narrowed."""

from typing import Any

import strawberry
from piccolo.columns import ForeignKey

from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.reviews.terms import ReviewStatus
from schema.terms import show
from services.terms import Term


class ReviewOrder(Term):
    """How reviews are sorted."""

    NEWEST = "NEWEST", "The one asked for last first."
    DUE = "DUE", "The one that is due first."


show(ReviewOrder)

REVIEW_ORDERS = {
    "NEWEST": Order("{review}.created_at", "timestamptz", descending=True),
    "DUE": Order("{review}.due_on", "date"),
}


@strawberry.input(description="Which reviews; all conditions must hold.")
class ReviewFilter:
    """Conditions on reviews."""

    status: list[ReviewStatus] | None = strawberry.field(default=None, description="In one of these states.")
    subject_version: int | None = strawberry.field(
        default=None, description="Of this version, or of this revision of a round."
    )


REVIEW_FILTERS = {
    "status": Filter("{review}.status = any({value}::text[])"),
    "subjectVersion": Filter("{review}.subject_version = {value}::int"),
}


def reviews_by(on: str | ForeignKey[Any], description: str) -> Any:
    """A connection of the reviews that a condition finds, or whose key points at this row."""
    return page(
        description,
        on=on,
        orders=REVIEW_ORDERS,
        order_by=ReviewOrder,
        filters=REVIEW_FILTERS,
        filter_type=ReviewFilter,
    )
