"""Cursors: opaque to clients; to us the name of an order, a row's id and the value it is sorted by."""

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

from graphql import GraphQLError

_SEPARATOR = "|"


def sql(order: str, key: str, row_id: str) -> str:
    """The expression of a row's cursor, the same that `reader` reads."""
    plain = f"'{order}{_SEPARATOR}' || {row_id}::text || '{_SEPARATOR}' || ({key})::text"
    return f"translate(encode(convert_to({plain}, 'UTF8'), 'base64'), E'\\n', '')"


@lru_cache
def reader(order: str, part: int) -> Callable[[str], str]:
    """A function from a cursor to the sort key (part 0) or the id (part 1) in it.

    It raises GraphQLError for a cursor that this server did not make for this order.
    """

    def read(cursor: str) -> str:
        try:
            name, row_id, key = base64.b64decode(cursor, validate=True).decode().split(_SEPARATOR, 2)
            UUID(row_id)
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise _bad() from None
        if name != order or "\x00" in key:
            raise _bad()
        return (key, row_id)[part]

    return read


def _bad() -> GraphQLError:
    message = (
        "This cursor is not one of this list: take it from pageInfo or an edge, and keep orderBy the same."
    )
    return GraphQLError(message, extensions={"code": "BAD_CURSOR"})
