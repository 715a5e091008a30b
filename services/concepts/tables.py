"""SKOS concepts."""

from typing import Any

from piccolo.columns import JSONB, ForeignKey, OnDelete, Text, Varchar
from piccolo.table import Table

from services.columns import Identified


class Concept(Identified, Table):
    """One concept of a scheme. Open to everyone."""

    scheme = Varchar(length=40)
    notation = Varchar(length=120)
    uri = Text(null=True, default=None)
    labels = JSONB(help_text="Preferred label per language.")
    alternatives = JSONB(default="{}", help_text="Alternative labels: a list per language.")
    broader: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.set_null)
