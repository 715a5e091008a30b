"""Exports that people asked for. The bytes lie in the file store."""

from piccolo.columns import BigInt, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.columns import Identified
from services.organisations.tables import Person


class DataExport(Identified, Table, tablename="data_export"):
    """The latest export of everything about a person. It is theirs alone."""

    person = ForeignKey(Person, null=False, unique=True, on_delete=OnDelete.cascade)
    asked_at = Timestamptz(default=TimestamptzNow())
    ready_at = Timestamptz(null=True, default=None)
    size = BigInt(null=True, default=None, help_text="Bytes.")
    sha256 = Varchar(length=64, null=True, default=None, help_text="Lower-case hex.")
