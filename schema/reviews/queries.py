"""Reads of reviews."""

import strawberry

from schema.reviews.lists import reviews_by
from schema.reviews.types import Review
from schema.shared import Connection


@strawberry.type
class ReviewQueries:
    """The part of Query that is about reviews."""

    reviews: Connection[Review] = reviews_by(
        "{target}.reviewer = {viewer}::uuid"
        " and ({within}::uuid is null or {within}::uuid in ({target}.organisation, {target}.requested_by))",
        "The reviews that the viewer was asked to write, the newest first. A sign-in for one organisation alone has"
        " those that are for it, or that it asked for.",
    )
