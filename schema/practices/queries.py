"""Reads of practices."""

import strawberry

from schema.compiler.declare import by_slug
from schema.practices.lists import practices_by
from schema.practices.types import Practice
from schema.shared import Connection


@strawberry.type
class PracticeQueries:
    """The part of Query that is about practices."""

    practice: Practice | None = by_slug("The practice at an address.")
    practices: Connection[Practice] = practices_by(None, "Best practices, the newest first.")
