"""The global id of what a comment or a review is to speak of."""

from schema.compiler import ids
from services.subjects import KINDS, Thing


def read_subject(global_id: str) -> Thing | None:
    """The kind and the row; None for anything else, which nothing has as its id."""
    return next(((kind, row_id) for kind in KINDS if (row_id := ids.read(global_id, kind))), None)
