"""Lists of files, on whatever they belong to: how they are sorted."""

from typing import Any

from piccolo.columns import ForeignKey

from schema.compiler.declare import page
from schema.compiler.sources import Order

ARTEFACT_ORDERS = {"NEWEST": Order("{artefact}.listed_at", "timestamptz", descending=True)}


def artefacts_of(key: ForeignKey[Any], description: str) -> Any:
    """A connection of the files whose key points at this row, the newest first."""
    return page(description, on=key, orders=ARTEFACT_ORDERS)
