"""The ways to read a thing: from who may read it to what the index keeps it under. All pure."""

from services.search.ports import SearchDocument
from services.viewer import PUBLIC

Way = tuple[str, ...]
"""Keys of which one must hold all: one, or one of the thing's audience and one of its whole's."""


def ways(document: SearchDocument) -> list[Way]:
    """Every way to read a thing that is not part of another: whoever may read it holds all keys of one of them.

    Everybody holds the key `public`, so where that is enough nothing else is kept, and it never stands beside another.
    """
    wholes = (PUBLIC,) if document.whole_audience is None else document.whole_audience
    pairs = {frozenset({own, whole} - {PUBLIC}) for own in document.audience for whole in wholes}
    shortest = [pair for pair in pairs if not any(other < pair for other in pairs)]
    return sorted(tuple(sorted(pair)) or (PUBLIC,) for pair in shortest)
