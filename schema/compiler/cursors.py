"""Cursors: opaque to clients; to us the name of an order, a row's id and the value it is sorted by.

The id is a UUID or, of a line of the log, a number: `id_type` is its PostgreSQL type.
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from graphql import GraphQLError

_SEPARATOR = "|"


def sql(order: str, key: str, row_id: str) -> str:
    """The expression of a row's cursor, the same that `key_of` and `row_of` read."""
    plain = f"'{order}{_SEPARATOR}' || {row_id}::text || '{_SEPARATOR}' || ({key})::text"
    return f"translate(encode(convert_to({plain}, 'UTF8'), 'base64'), E'\\n', '')"


@lru_cache
def key_of(order: str, type_: str, id_type: str) -> Callable[[str], str]:
    """A function from a cursor of an order to the sort key in it, as text of a PostgreSQL type.

    It raises GraphQLError for a cursor that this server did not make for this order.
    """

    def read(cursor: str) -> str:
        key = _parts(order, cursor, id_type)[1]
        if not _is_key(key, type_):
            raise _bad()
        return key

    return read


@lru_cache
def row_of(order: str, id_type: str) -> Callable[[str], str]:
    """A function from a cursor of an order to the id of its row; raises as `key_of` does."""
    return lambda cursor: _parts(order, cursor, id_type)[0]


_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_SHAPES = {
    "timestamptz": re.compile(r"[12]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00", re.ASCII),
    "date": re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII),
    "int": re.compile(r"-?\d{1,9}", re.ASCII),
    "text": re.compile(r".*", re.DOTALL),
}
"""What PostgreSQL writes of a sort key; anything else is not one of our cursors."""


def _is_key(key: str, type_: str) -> bool:
    if not _SHAPES[type_].fullmatch(key):
        return False
    try:
        return type_ not in ("timestamptz", "date") or bool(datetime.fromisoformat(key))
    except ValueError:  # the 31st of February
        return False


def _parts(order: str, cursor: str, id_type: str) -> tuple[str, str]:
    try:
        name, row_id, key = base64.b64decode(cursor, validate=True).decode().split(_SEPARATOR, 2)
        if id_type == "uuid":
            UUID(row_id)
        elif not _NUMBER.fullmatch(row_id):
            raise _bad()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise _bad() from None
    if name != order or "\x00" in key:
        raise _bad()
    return row_id, key


def _bad() -> GraphQLError:
    message = "This cursor is not one of this list: take it from pageInfo or an edge, and keep orderBy the same."
    return GraphQLError(message, extensions={"code": "BAD_CURSOR"})
