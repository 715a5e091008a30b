"""Lists of comments, on whatever they speak of: how they may be sorted and narrowed."""

from typing import Any

import strawberry
from piccolo.columns import ForeignKey

from schema.compiler.declare import page
from schema.compiler.sources import Filter, Order
from schema.terms import show
from services.terms import Term


class CommentOrder(Term):
    """How comments are sorted."""

    OLDEST = "OLDEST", "In the order in which they were made."
    NEWEST = "NEWEST", "The last one first."


show(CommentOrder)

COMMENT_ORDERS = {
    "OLDEST": Order("{comment}.created_at", "timestamptz"),
    "NEWEST": Order("{comment}.created_at", "timestamptz", descending=True),
}


@strawberry.input(description="Which comments; all conditions must hold.")
class CommentFilter:
    """Conditions on comments."""

    is_reply: bool | None = strawberry.field(
        default=None, description="Whether it answers another; false gives the comments that began a thread."
    )
    is_resolved: bool | None = strawberry.field(default=None, description="Whether it was resolved.")
    subject_version: int | None = strawberry.field(
        default=None, description="Speaking of this version, or of this revision of a round."
    )


COMMENT_FILTERS = {
    "isReply": Filter("({comment}.reply_to is not null) = {value}::boolean"),
    "isResolved": Filter("({comment}.resolved_at is not null) = {value}::boolean"),
    "subjectVersion": Filter("{comment}.subject_version = {value}::int"),
}


def comments_by(key: ForeignKey[Any], description: str) -> Any:
    """A connection of the comments whose key points at this row."""
    return page(
        description,
        on=key,
        orders=COMMENT_ORDERS,
        order_by=CommentOrder,
        filters=COMMENT_FILTERS,
        filter_type=CommentFilter,
    )
