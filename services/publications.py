"""The tables that cases and practices have in common. No table of the database bears these names."""

from piccolo.columns import Array, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from services.cases.terms import PublicationStatus
from services.columns import Dated, Identified, Shareable
from services.organisations.tables import Organisation, Person


class Publication(Identified, Dated, Shareable, Table):
    """A permanent address. What stands there is the version numbered `current_number`."""

    slug = Varchar(length=120, unique=True)
    owner = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    current_number = Integer(default=1)
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")


class Edition(Identified, Shareable, Table):
    """One version of a publication: immutable once published."""

    number = Integer()
    status = Varchar(length=20, choices=PublicationStatus, default=PublicationStatus.DRAFT)
    release_audience = Array(
        base_column=Text(),
        default=list,
        help_text="The audience that publishing, or the embargo's end, gives it.",
    )
    embargo_until = Timestamptz(null=True, default=None)
    created_by = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    review_note = Text(null=True, default=None, help_text="What the last reviewer asked to change.")
